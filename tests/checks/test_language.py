"""The language of texts that are not English; the texts were written for this test."""

import importlib.util

import pytest

from essay_scorer import Scorer

TEXTS = {
    "fr": "Les bibliothèques de nos écoles sont importantes parce que chaque élève y trouve un "
    "endroit calme pour lire, et parce que quelqu'un y sait quel livre donner à qui.",
    "es": "Las bibliotecas de nuestras escuelas son importantes porque cada alumno encuentra en "
    "ellas un lugar tranquilo para leer, y porque alguien sabe qué libro dar a cada uno.",
    "de": "Die Bibliotheken unserer Schulen sind wichtig, weil jedes Kind dort einen ruhigen Platz "
    "zum Lesen findet und weil jemand weiß, welches Buch zu wem passt.",
    "it": "Le biblioteche delle nostre scuole sono importanti perché ogni studente vi trova un "
    "posto tranquillo per leggere, e perché qualcuno sa quale libro dare a ciascuno.",
    "pt": "As bibliotecas das nossas escolas são importantes porque cada aluno encontra nelas um "
    "lugar tranquilo para ler, e porque alguém sabe que livro dar a cada um.",
    "nl": "De bibliotheken van onze scholen zijn belangrijk omdat elk kind er een rustige plek "
    "vindt om te lezen, en omdat iemand weet welk boek bij wie past.",
    "pl": "Biblioteki w naszych szkołach są ważne, ponieważ każdy uczeń znajduje w nich spokojne "
    "miejsce do czytania i ponieważ ktoś wie, którą książkę komu podać.",
    "ru": "Библиотеки наших школ важны, потому что каждый ученик находит там тихое место для "
    "чтения и потому что кто-то знает, какую книгу кому дать.",
    "ar": "مكتبات مدارسنا مهمة لأن كل تلميذ يجد فيها مكانا هادئا للقراءة "
    "ولأن هناك من يعرف أي كتاب يعطي لمن.",
    "zh": "我们学校的图书馆很重要，因为每个学生都能在那里找到一个安静的地方读书，"
    "而且有人知道该把哪本书交给谁。",
    "ja": "私たちの学校の図書館は大切です。どの生徒もそこで静かに本を読むことができ、"
    "誰にどの本を渡せばよいかを知っている人がいるからです。",
    "vi": "Thư viện của trường chúng ta rất quan trọng vì mỗi học sinh đều tìm thấy ở đó một nơi "
    "yên tĩnh để đọc sách, và vì có người biết nên đưa cuốn sách nào cho ai.",
}

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("fasttext") is None,
    reason="fastText has no wheel for this Python; other languages are flagged as gibberish",
)


@pytest.mark.parametrize("code", TEXTS)
def test_another_language_is_flagged_and_identified(code: str, scorer: Scorer) -> None:
    score = scorer.score(TEXTS[code])
    assert (score.language, "not_english" in score.flags) == (code, True)
    assert score.review
    assert score.to_dict()["language"] == code


def test_english_has_no_language_field(scorer: Scorer) -> None:
    score = scorer.score("School libraries matter, and so do the people who work in them.")
    assert score.language is None
    assert "language" not in score.to_dict()
