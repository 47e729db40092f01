"""Bodies of Word documents, as elements, with the text that a reader sees."""


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def mark(properties: str) -> str:
    return f"<w:rPr>{properties}</w:rPr>"


def box(*paragraphs: str) -> str:
    return f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"


def complex_field(instruction: str, result: str) -> str:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
    return char("begin") + code + char("separate") + result + char("end")


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(f"<w:tc><w:tcPr/>{cell}</w:tc>" for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def hidden_style(kind: str, name: str, based_on: str = "") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else "<w:rPr><w:vanish/></w:rPr>"
    return f'<w:style w:type="{kind}" w:styleId="{name}">{base}</w:style>'


DEL = '<w:del w:id="1" w:author="A"/>'
SYMBOL = '<w:r><w:sym w:font="{}" w:char="{}"/></w:r>'
SHAPE = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>'
    "<wp:posOffset>114300</wp:posOffset><wps:txbx>{box}</wps:txbx></wp:inline></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    "</mc:AlternateContent></w:r>"
)

# The elements of a body, and the essay's text.
BODIES: dict[str, tuple[str, str]] = {
    "deleted and inserted": (
        paragraph(
            run("One "),
            f'<w:del w:id="1">{run("gone ").replace("w:t", "w:delText")}</w:del>',
            f'<w:ins w:id="2">{run("two")}</w:ins>',
            f'<w:ins w:id="3"><w:del w:id="4">{run(" both")}</w:del></w:ins>',
        ),
        "One two",
    ),
    "moved": (
        paragraph(
            f'<w:moveFrom w:id="1">{run("Moved.")}</w:moveFrom>', properties=mark("<w:moveFrom/>")
        )
        + paragraph(run("One."))
        + paragraph(f'<w:moveTo w:id="2">{run("Moved.")}</w:moveTo>'),
        "One.\n\nMoved.",
    ),
    "three marks deleted": (
        paragraph(run("a"), properties=mark(DEL))
        + paragraph(run("b"), properties=mark(DEL))
        + paragraph(properties=mark(DEL))
        + paragraph(run("c"))
        + paragraph(run("d"), properties=mark("<w:ins/>"))
        + paragraph(run("e")),
        "abc\n\nd\n\ne",
    ),
    "a deleted mark before a table and at the end": (
        paragraph(run("a"), properties=mark(DEL))
        + table(row(paragraph(run("b"))))
        + paragraph(run("c"), properties=mark(DEL)),
        "a\n\nb\n\nc",
    ),
    "tables row by row": (
        table(
            row(paragraph(run("a")), paragraph(run("b"))),
            row(paragraph(run("gone")), properties=DEL),
            row(paragraph(run("c")) + paragraph(run("d")), paragraph(run("e"))),
        ),
        "a\n\nb\n\nc\n\nd\n\ne",
    ),
    "hidden": (
        paragraph(
            run("One"),
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t> hidden</w:t></w:r>",
            '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> two</w:t></w:r>',
            "<w:r><w:rPr><w:webHidden/></w:rPr><w:t> three</w:t></w:r>",
        ),
        "One two three",
    ),
    "a hidden paragraph mark": (
        paragraph(run("One "), properties=mark("<w:vanish/><w:specVanish/>"))
        + paragraph(run("two.")),
        "One two.",
    ),
    "a text box": (
        paragraph(
            run("Before "),
            SHAPE.format(box=box(paragraph(run("In")), paragraph(run("the box")))),
            run("after"),
        ),
        "Before after\n\nIn\n\nthe box",
    ),
    "a choice of runs": (
        paragraph(
            f'<mc:AlternateContent><mc:Choice Requires="x">{run("new")}</mc:Choice>'
            f"<mc:Fallback>{run('old')}</mc:Fallback></mc:AlternateContent>"
        ),
        "new",
    ),
    "only the fallback has text": (
        paragraph(
            '<w:r><mc:AlternateContent><mc:Choice Requires="x"><w:drawing/></mc:Choice>'
            f"<mc:Fallback><w:pict><v:textbox>{box(paragraph(run('old')))}</v:textbox></w:pict>"
            "</mc:Fallback></mc:AlternateContent></w:r>"
        ),
        "old",
    ),
    "content controls, links, tags": (
        "<w:sdt><w:sdtPr/><w:sdtContent>"
        + paragraph(run("One "), f"<w:hyperlink>{run('two')}</w:hyperlink>")
        + "</w:sdtContent></w:sdt>"
        + paragraph(
            f"<w:smartTag><w:smartTagPr/>{run('Three')}</w:smartTag>",
            f"<w:sdt><w:sdtPr/><w:sdtContent>{run(' four')}</w:sdtContent></w:sdt>",
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('Enter text.')}"
            "</w:sdtContent></w:sdt>",
        ),
        "One two\n\nThree four",
    ),
    "fields": (
        paragraph(
            run("See "),
            complex_field('HYPERLINK "http://x.example"', run("this")),
            f'<w:fldSimple w:instr="PAGE">{run(" 7")}</w:fldSimple>',
            complex_field("IF " + "", run(" yes")),
            complex_field("QUOTE", complex_field("DATE", run(" inner"))),
        ),
        "See this 7 yes inner",
    ),
    "a field that never ends": (
        paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', run("One."))
        + paragraph(run("Two.")),
        "One.\n\nTwo.",
    ),
    "a value within an instruction": (
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
            complex_field("MERGEFIELD x", run("not shown")),
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run("shown"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ),
        "shown",
    ),
    "characters": (
        paragraph(
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/><w:t>d</w:t>"
            "<w:noBreakHyphen/><w:t>e</w:t><w:softHyphen/><w:t>f</w:t></w:r>",
            properties='<w:tabs><w:tab w:val="left"/></w:tabs>',
        ),
        "a\tb\nc\nd-ef",
    ),
    "page breaks around paragraphs": (
        paragraph('<w:r><w:br w:type="page"/></w:r>', run("One."))
        + paragraph(run("Two."), '<w:r><w:br w:type="page"/></w:r>')
        + paragraph(run("Three.")),
        "One.\n\nTwo.\n\nThree.",
    ),
    "symbols": (
        paragraph(
            *(SYMBOL.format("Wingdings", "F04A"), SYMBOL.format("Symbol", "F062")),
            *(SYMBOL.format("Arial", "00E9"), SYMBOL.format("Webdings", "F021"), run("x")),
        ),
        "☺βéx",
    ),
    "notes and comments": (
        paragraph(
            run("One"),
            '<w:commentRangeStart w:id="0"/><w:r><w:footnoteReference w:id="1"/></w:r>',
            run(" two"),
            '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
        ),
        "One two",
    ),
    "a formula and a pronunciation aid": (
        paragraph(
            run("E = "),
            "<m:oMath><m:r><m:t>mc</m:t></m:r></m:oMath>",
            f"<w:r><w:ruby><w:rubyPr/><w:rt>{run('kan')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase>"
            "</w:ruby></w:r>",
        ),
        "E = mc漢",
    ),
}
