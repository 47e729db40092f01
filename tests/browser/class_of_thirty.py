"""A class of thirty students: essays written for this purpose, as Word files, and their worksheet.

The essays answer "Should our school library be open on Saturdays?". Each is put together from
passages of one of four levels, so that the essays of a level differ, and the levels differ more.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.browser.class_files import docx

SCALE = "0-20"
BASE_MARKS = (6.5, 9.5, 12.5, 15.5)  # out of 20, of each level
LEVEL_ORDER = (2, 1, 3, 0, 2, 1, 2, 3, 2, 1)  # repeated
NAMES = (
    *("Amina Diallo", "Ben Carter", "Chloe Martin", "Daniel Osei", "Elena Petrova"),
    *("Farid Haddad", "Grace Kim", "Hugo Alvarez", "Ines Moreau", "Jack Wilson"),
    *("Keiko Tanaka", "Liam Murphy", "Maya Shah", "Noah Becker", "Olivia Brown"),
    *("Pablo Ruiz", "Quinn Foster", "Rosa Silva", "Sam Nguyen", "Tara Singh"),
    *("Uma Patel", "Victor Rossi", "Wendy Clark", "Xavier Dupont", "Yasmin Ali"),
    *("Zoe Keller", "Adam Novak", "Bella Costa", "Caleb Stone", "Dina Levy"),
)


@dataclass(frozen=True, kw_only=True)
class Level:
    """What essays of a level are put together from; each field has alternatives."""

    openings: tuple[str, ...]
    reasons: tuple[str, ...]
    answers: tuple[str, ...]
    endings: tuple[str, ...]
    reason_count: int


LEVELS = (
    Level(
        openings=(
            "I think the libary should be open on saturday because its good for kids and everybody"
            " in my class thinks that to.",
            "Yes it should be open. Alot of people want it and I want it to because there is many"
            " good things about it.",
        ),
        reasons=(
            "At home its loud and my brother is always on the game so I cant read and I cant do"
            " nothing. When I say be quiet he dont listen and my mom is at work so she cant say"
            " it.",
            "There is computers in the libary and some kids dont have one so they need it for"
            " homework and stuff. Its not fair that they get bad grades because they dont have a"
            " computer.",
            "On saturday there is nothing to do in are town so people just be on there phone all"
            " day and thats bad. If the libary was open they could go there and read a book or do"
            " there homework.",
            "My friend he had a project and he didnt finish it because the libary was close and"
            " then he got a F. The teacher said its his fault but I think its not his fault.",
        ),
        answers=(
            "Some people say it cost money but I dont think it cost that much because its only one"
            " day.",
            "The teachers dont have to come it can be somebody else like a mom or a dad.",
        ),
        endings=(
            "So thats why it should be open on saturday because everybody would be happy.",
            "In conclusion open the libary please because kids need it and its good for them.",
        ),
        reason_count=4,
    ),
    Level(
        openings=(
            "Our school library is closed on Saturdays, and I think it should be open. It would"
            " help students with their homework and give them a place to go.",
            "Many students need a place to study on the weekend. In my opinion the library should"
            " be open on Saturdays for a few hours.",
        ),
        reasons=(
            "The first reason is that some homes are very loud. When my cousins visit us I can't"
            " read a whole page, and then I get a bad grade on the quiz. In the library it is"
            " quiet.",
            "Another reason is computers. Not everybody has a computer at home and it is hard to"
            " write an essay on a phone. If the library was open, everybody could do it.",
            "Also it is good for students who play sports. They have practice every day after"
            " school so they can't go to the library in the week.",
            "It would also be safer. Some kids hang around at the mall on Saturdays and get in"
            " trouble. In the library there is a grown up.",
        ),
        answers=(
            "Some people say that it is too expensive. But you only need one person and the heat"
            " is on anyway.",
            "Other people think nobody would come. I think they would come if their friends come.",
        ),
        endings=(
            "This is why I think that the library should be open on Saturdays.",
            "In conclusion, the library should be open because it helps students with school and"
            " keeps them safe.",
        ),
        reason_count=4,
    ),
    Level(
        openings=(
            "On Friday at half past three our library locks its doors, and for two days four"
            " hundred students lose the quietest room in town. I believe that it should open on"
            " Saturday mornings, because it would make studying possible for students who have no"
            " good place for it.",
            "A library that is closed whenever students have time is like a swimming pool that is"
            " only open in winter. Our school should open its library on Saturdays, since this"
            " would help both those who work hard and those who have fallen behind.",
        ),
        reasons=(
            "First of all, not every student has a quiet place at home. I share a room with two"
            " younger sisters, and when I have to read a chapter I usually end up reading it in"
            " the bathroom. For students like me, three hours at a table on Saturday would be"
            " worth more than a whole evening at home.",
            "In addition, a library lends things that families can't always afford. A computer"
            " with a real keyboard, a printer, and a dictionary make the difference between an"
            " essay that is handed in on Monday and one that isn't. It isn't fair that grades"
            " depend on what parents can buy.",
            "There is also the question of time. Students who play on a team or take care of"
            " family members can't stay after school on weekdays. For them, Saturday is the only"
            " day on which they could sit down with a book or ask somebody for help.",
            "Finally, an open library would bring different students together. Last spring, when"
            " it stayed open during the exams, ninth graders and seniors worked at the same"
            " tables, and some of the seniors explained algebra to us.",
        ),
        answers=(
            "Of course, opening costs money, and the school doesn't have much of it. However, one"
            " librarian and two student helpers would be enough for a morning, and the building is"
            " heated for the basketball team anyway.",
            "Some teachers doubt that anyone would come. That is a fair question, but we could"
            " find out easily: open it for one month and count the visitors.",
        ),
        endings=(
            "For these reasons, the library should open its doors on Saturdays. It would cost"
            " little, and it would give many students a fair chance.",
            "In short, a Saturday library helps those who need help most. The school should try it"
            " this year.",
        ),
        reason_count=3,
    ),
    Level(
        openings=(
            "Every Friday afternoon, just as most of us finally have time to read, our school"
            " locks up nine thousand books until Monday. The rule is so old that nobody remembers"
            " who made it, and that may be the best argument against it. Opening the library on"
            " Saturdays would cost the school very little, while it would give back to its"
            " students the one thing that no textbook provides: an undisturbed hour.",
            "When adults complain that teenagers no longer read, they seldom ask where a teenager"
            " is supposed to do it. A home may be crowded, a café charges for its chairs, and the"
            " library, which was built for precisely this purpose, is closed on the only free day"
            " of the week. Our school ought to correct this contradiction and open the library on"
            " Saturday mornings.",
        ),
        reasons=(
            "The strongest reason is fairness. We like to believe that grades measure effort, yet"
            " effort needs a table, a lamp, and silence, and these are distributed as unevenly as"
            " money. A student who writes in her own room and a student who writes on a staircase"
            " may be equally gifted and equally diligent; only one of them will be able to show"
            " it. By lending space as generously as it lends books, a library makes the comparison"
            " between them a little more honest.",
            "A second reason lies in the way we learn. Difficult ideas rarely surrender between"
            " two bells; they demand a stretch of time that is long enough to be confused in. On"
            " weekdays, students with practices, jobs, or younger siblings never have such a"
            " stretch. Three hours on a Saturday would allow them to draft an essay, discover that"
            " its argument does not hold, and begin again, which is, after all, what we mean by"
            " learning.",
            "Moreover, the benefits would not be limited to the ambitious. During the exams last"
            " spring, when the library experimented with longer hours, seniors who had come for"
            " their own sake ended up explaining algebra to ninth graders whom they had never met."
            " Nobody had organized it; a shared table was sufficient. If one week of open doors"
            " produced such a habit, it is reasonable to expect that a year of Saturdays would"
            " strengthen it.",
            "Consider, too, what the building already does on Saturdays. The gymnasium is heated"
            " for basketball, the caretaker is present, and the corridors are lit. Only the"
            " library, at the end of one of these corridors, stays dark. To open it would require"
            " neither construction nor new insurance, merely a key and a librarian, and it would"
            " put to use what taxpayers have paid for in any case.",
        ),
        answers=(
            "Opponents point out that librarians deserve their weekends. They do, and any proposal"
            " that ignored this would be as unfair as the rule that it replaces. Nevertheless, a"
            " rotation among three librarians, supported by trained student volunteers, would"
            " claim no more than one Saturday a month from each, and those hours could be returned"
            " on a weekday when the library is nearly empty.",
            "It might be objected that we are guessing, and that the tables could remain empty."
            " This is a legitimate concern; fortunately, it is also one that can be tested rather"
            " than debated. A trial of eight weeks, with a simple count of visitors, would cost"
            " less than the meeting at which we are going to discuss it, and it would replace"
            " opinions with evidence.",
        ),
        endings=(
            "A school shows what it values by what it keeps open. If we truly believe that reading"
            " matters, then its doors should not be the first ones to close.",
            "The question, therefore, is not whether students deserve one more quiet room, but why"
            " we have kept the one we have locked for so long. Let us hand over the key and see"
            " what they make of it.",
        ),
        reason_count=4,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Student:
    """A student of the class.

    Attributes:
        name: first and last name.
        text: the essay.
        mark: what the teacher gives it, out of 20.
    """

    name: str
    text: str
    mark: float

    @property
    def word_file(self) -> bytes:
        """The essay as a Word file, below the heading that many schools ask for."""
        heading = f"{self.name}\n\nMs. Carter\n\nEnglish 10\n\n12 May 2026"
        return docx(f"{heading}\n\n{self.text}")


def _choose(level: Level, number: int) -> tuple[list[str], float]:
    """Return the passages of a level's essay with this number, and its mark above the level's."""
    order = [(number + step) % len(level.reasons) for step in range(level.reason_count)]
    has_answer = number % 3 != 2
    is_short = number % 4 == 3
    reasons = [level.reasons[place] for place in (order[1:] if is_short else order)]
    answers = [level.answers[number % 2]] if has_answer else []
    opening, ending = (
        level.openings[number // 4 % 2],
        level.endings[(number // 2 + number // 8) % 2],
    )
    return [opening, *reasons, *answers, ending], 0.5 * has_answer - 1.0 * is_short


def _students() -> Iterator[Student]:
    numbers = [0] * len(LEVELS)  # of essays so far, of each level
    for place, name in enumerate(NAMES):
        level = LEVEL_ORDER[place % len(LEVEL_ORDER)]
        passages, above = _choose(LEVELS[level], numbers[level])
        numbers[level] += 1
        separator = " " if level == 0 else "\n\n"
        yield Student(name=name, text=separator.join(passages), mark=BASE_MARKS[level] + above)


STUDENTS = tuple(_students())


def word_files() -> dict[str, bytes]:
    """Return the students' Word files by their names."""
    return {f"{one.name}.docx": one.word_file for one in STUDENTS}


def moodle_worksheet() -> bytes:
    """Return the class's grading worksheet as Moodle exports it, without any grade."""
    titles = (
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments"
    )
    rows = [
        f"Participant {4711 + place},{one.name},student{place}@school.example,"
        'Submitted for grading,,20.00,Yes,"Tuesday, 12 May 2026, 9:00 AM",-,'
        for place, one in enumerate(STUDENTS)
    ]
    return ("\ufeff" + "\r\n".join([titles, *rows]) + "\r\n").encode()
