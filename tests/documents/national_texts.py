"""Texts in the encodings that programs write where they do not write Unicode."""

from collections.abc import Mapping

# Each text as long as the beginning of an essay: its encoding has to be guessed.
FRENCH = (
    "Je pense que l'école devrait commencer plus tard, parce que les élèves dorment trop peu. "
    "À mon avis, le moment où l'on apprend compte plus que le lieu : même fatigués, les garçons "
    "et les filles préfèrent être à l'heure. Ça dépend aussi des familles."
)
GERMAN = (
    "Ich finde, dass die Schule später beginnen sollte, weil Schüler zu wenig schlafen. Außerdem "
    "wäre es für die Lehrkräfte schöner. Die Größe der Klassen spielt auch eine Rolle, und "
    "übrigens müssen die Eltern früh zur Arbeit."
)
SPANISH = (
    "Creo que la escuela debería empezar más tarde porque los niños duermen muy poco. ¿Por qué "
    "no? Según mi opinión, mañana será otro día, y el español es difícil. ¡Así es la vida!"
)
ENGLISH = (
    "I don’t think that school should start early — students “need” their sleep. The café isn’t "
    "the place for it, and parents’ cars are everywhere…"
)
POLISH = (
    "Uważam, że szkoła powinna zaczynać się później, ponieważ uczniowie śpią za mało. Poza tym "
    "byłoby to lepsze dla nauczycieli, którzy też są zmęczeni. Rodzice mówią, że dzieci są leniwe."
)
CZECH = (
    "Myslím, že škola by měla začínat později, protože žáci spí příliš málo. Kromě toho by to "
    "bylo příjemnější pro učitele. Rodiče říkají, že děti jsou líné, ale to není pravda."
)
HUNGARIAN = (
    "Szerintem az iskolának később kellene kezdődnie, mert a tanulók túl keveset alszanak. Ezen "
    "kívül a tanároknak is jobb lenne. A szülők szerint a gyerekek lusták, de ez nem így van."
)
RUSSIAN = (
    "Я думаю, что школа должна начинаться позже, потому что ученики спят слишком мало. Кроме "
    "того, это было бы лучше для учителей."
)
GREEK = (
    "Πιστεύω ότι το σχολείο πρέπει να αρχίζει αργότερα, γιατί οι μαθητές κοιμούνται πολύ λίγο. "
    "Επίσης θα ήταν καλύτερα για τους δασκάλους."
)
TURKISH = (
    "Bence okul daha geç başlamalı, çünkü öğrenciler çok az uyuyor. Ayrıca öğretmenler için de "
    "daha iyi olur. Aileler çocukların tembel olduğunu söylüyor, ama bu doğru değil."
)
CHINESE = "我认为学校应该晚一点开始，因为学生睡眠不足。而且老师们也会觉得更好。 I think so, too."
TAIWANESE = "我認為學校應該晚一點開始，因為學生睡眠不足。而且老師們也會覺得更好。 I think so, too."
JAPANESE = (
    "学校はもっと遅く始まるべきだと思います。生徒たちは十分に眠れていないからです。 I think so."
)
KOREAN = (
    "학교는 더 늦게 시작해야 한다고 생각합니다. 학생들이 잠을 너무 적게 자기 때문입니다. "
    "I think so."
)

# By the label of the encoding, which Python and browsers both know.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "windows-1252": (FRENCH, GERMAN, SPANISH, ENGLISH),
    "macintosh": (FRENCH, GERMAN, SPANISH, ENGLISH),
    "windows-1250": (POLISH, CZECH, HUNGARIAN),
    "windows-1251": (RUSSIAN,),
    "windows-1253": (GREEK,),
    "windows-1254": (TURKISH,),
    "gb18030": (CHINESE,),
    "big5": (TAIWANESE,),
    "shift_jis": (JAPANESE,),
    "euc-kr": (KOREAN,),
}
