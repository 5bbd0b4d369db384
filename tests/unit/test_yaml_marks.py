"""The reader of YAML: exact values, the line of everything, and a calm sentence for every bad file."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routes.faults import Fault, FileFault
from routes.yaml_marks import Marked, line_of, read


def faults_of(data: bytes | str) -> list[str]:
    with pytest.raises(FileFault) as caught:
        read(data.encode() if isinstance(data, str) else data, "case.yaml")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("null", None), ("~", None), ("Null", None),
        ("true", True), ("False", False), ("TRUE", True),
        ("12", 12), ("-3", -3), ("+7", 7), ("0o17", 15), ("0x1F", 31), ("007", 7),
        ("9007199254740991", 9007199254740991), ("-9007199254740991", -9007199254740991),
        ("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0), ("-1.5E-2", -0.015),
    ],
)  # fmt: skip
def test_a_plain_scalar_has_its_value_in_yaml_1_2(written, value):
    read_value = read(f"key: {written}".encode(), "case.yaml")["key"]
    assert read_value == value
    assert type(read_value) is type(value)


@pytest.mark.parametrize(
    "written",
    ["on", "off", "yes", "no", "Y", "TrUe", "2023-10-05", "14:00", "first thursday", "1/4", "$deal", "=",
     "0b11", "1_000", "0x", "0o8", "+0x1F", "+", "-x", ".", ".e3", "1e", "1.2.3", "nan", "inf"],
)  # fmt: skip
def test_words_dates_and_times_are_text(written):
    assert read(f"a: [x, {written} ]".encode(), "case.yaml")["a"][1] == written


@pytest.mark.parametrize("written", ['"12"', "'12'", '"true"', '"null"', "'~'"])
def test_what_stands_in_quotes_is_text(written):
    assert read(f"key: {written}".encode(), "case.yaml")["key"] == written[1:-1]


def test_text_over_several_lines_is_kept():
    document = read(b"folded: >-\n  one\n  two\nliteral: |\n  12\n  true\n", "case.yaml")
    assert document == {"folded": "one two", "literal": "12\ntrue\n"}


def test_a_number_as_a_key_is_text():
    assert read(b"1: a\ntrue: b\nnull: c\n2023-01-01: d\n", "case.yaml") == {
        "1": "a", "true": "b", "null": "c", "2023-01-01": "d",
    }  # fmt: skip


def test_the_merge_key_is_an_ordinary_key():
    document = read(b"base: &base {a: 1}\nother:\n  <<: *base\n", "case.yaml")
    assert document["other"] == {"<<": {"a": 1}}


def test_a_byte_order_mark_is_tolerated():
    assert read("\ufefftitle: Überblick".encode(), "case.yaml") == {"title": "Überblick"}


def test_everything_knows_its_line():
    document = read(
        b"# heading\ntitle: x\nstages:\n  - id: a\n    ask: agree\n  - {id: b,\n     ask: note}\n",
        "case.yaml",
    )
    assert document.lines == {"title": 2, "stages": 3}
    assert document["stages"].lines == [4, 6]
    assert document["stages"][1].lines == {"id": 6, "ask": 7}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("stages",), 1),
        (("stages", 1), 4),
        (("stages", 1, "ask"), 5),
        (("stages", 1, "title"), 4),
        (("stages", 7), 1),
        (("stages", 1, "<step>", "ask"), 5),
        (("stages", "1"), 1),
    ],
)
def test_a_path_leads_to_its_line_or_to_the_nearest_parent(path, line):
    document = read(b"stages:\n  - id: a\n    ask: agree\n  - id: b\n    ask: note\n", "case.yaml")
    assert line_of(document, path) == line


def test_plain_values_have_no_line():
    assert line_of({"a": 1}, ("a",)) == 1


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("a: 1\nb: 2\na: 3\n", "3: the key “a” is already on line 1; a key may stand once"),
        ('a: 1\n"a": 3\n', "2: the key “a” is already on line 1; a key may stand once"),
        ("x: 1\ny: &k z\nz: 3\n*k : 4\n", "4: the key “z” is already on line 3; a key may stand once"),
        ("a: !!str 1", "1: the tag tag:yaml.org,2002:str is not allowed; remove it"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]",
         "2: the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed; remove it"),
        ("a: ! x", "1: the tag ! is not allowed; remove it"),
        ("a: 1\n? [x, y]\n: 2", "2: a key must be text, not a list or a mapping"),
        ("a: &x {b: 1}\n*x : 2", "2: a key must be text, not a list or a mapping"),
        ("a: 9007199254740992",
         "1: the number 9007199254740992 cannot be kept exactly; put it in quotes if it is text"),
        ("a: .inf", "1: the number .inf cannot be kept exactly; put it in quotes if it is text"),
        ("a: -.INF", "1: the number -.INF cannot be kept exactly; put it in quotes if it is text"),
        ("a: .nan", "1: the number .nan cannot be kept exactly; put it in quotes if it is text"),
        ("a: 1e999", "1: the number 1e999 cannot be kept exactly; put it in quotes if it is text"),
        ("a: 1\n---\nb: 2\n", "2: a second document begins here; a file holds one document"),
        ("", "1: the file is empty"),
        ("# only a comment\n", "1: the file is empty"),
        ("---\n", "1: the file is empty"),
        ("- a\n- b\n", "1: the file must consist of keys with values, such as “title: …”"),
        ("just text", "1: the file must consist of keys with values, such as “title: …”"),
        ("a: *b", "1: *b repeats something that is not marked with &b above"),
        ("a: &a [*a]", "1: *a repeats something inside itself; write it out"),
        ("a: 1\nb: x: y\n", "2: a colon is not expected here; put text that contains “: ” in quotes"),
        ("a: 1\n\tb: 2\n", "2: indent with spaces, not with tabs"),
        ("a: 'never closed\nb: 2\n", "1: the quote that begins here is never closed"),
        ("a: [1, 2\nb: 3\n", "2: a comma or a closing “]” is missing"),
        ("a: {b: 1\nc: 3\n", "2: a comma or a closing “}” is missing"),
        ("a:\n  - b\n c: 1\n",
         "3: this does not fit the lines above; check indentation, quotes and commas"),
        ("a: @b", "1: this cannot begin a value; put text in quotes and indent with spaces"),
        ('a: "\\q"', "1: a backslash in double quotes begins an unknown escape; use single quotes"),
        ("a: 1\nb", "3: a colon after the key is missing, here or on the line before"),
        ('a: 1\nb: "\\0"', "2: this text contains an invisible control character; remove it"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_explained(written, fault):
    assert faults_of(written) == [f"case.yaml:{fault}"]


def test_all_faults_are_told_at_once():
    assert faults_of("a: !x 1\nb: .nan\nb: 2\nc: [\n") == [
        "case.yaml:1: the tag !x is not allowed; remove it",
        "case.yaml:2: the number .nan cannot be kept exactly; put it in quotes if it is text",
        "case.yaml:3: the key “b” is already on line 2; a key may stand once",
        "case.yaml:5: a value or a closing bracket is missing, here or just above",
    ]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (
            "title: Wärme\n".encode("latin-1"),
            "case.yaml:1: this line is not UTF-8 text; save the file as UTF-8",
        ),
        (
            "a: 1\nb: “x”\n".encode("cp1252"),
            "case.yaml:2: this line is not UTF-8 text; save the file as UTF-8",
        ),
        ("a: 1".encode("utf-16"), "case.yaml:1: the file is saved as UTF-16; save it as UTF-8"),
        (b"\xfe\xff\x00a", "case.yaml:1: the file is saved as UTF-16; save it as UTF-8"),
        (b"a: 1\nb: \x00\n", "case.yaml:2: this line contains the invisible character U+0000; remove it"),
        (
            b"a: 1\n\nb: \x1b[31m\n",
            "case.yaml:3: this line contains the invisible character U+001B; remove it",
        ),
        ("a: x\u2028y".encode(), "case.yaml:1: this line contains the invisible character U+2028; remove it"),
        ("a: x\ufeffy".encode(), "case.yaml:1: this line contains the invisible character U+FEFF; remove it"),
    ],
)
def test_a_wrong_encoding_is_explained(data, fault):
    assert faults_of(data) == [fault]


def test_an_alias_repeats_what_it_names():
    assert read(b"a: &a [1, {b: 2}]\nc: *a\n", "case.yaml")["c"] == [1, {"b": 2}]


def test_an_alias_bomb_is_a_fault():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert faults_of("\n".join(lines)) == [
        "case.yaml:4: the repetitions (*…) of this file make it far too large; write them out"
    ]


def test_an_alias_bomb_of_long_text_is_a_fault():
    written = f"a: &a {'x' * 500_000}\nb: [{', '.join(['*a'] * 1000)}]"
    assert faults_of(written) == [
        "case.yaml:2: the repetitions (*…) of this file make it far too large; write them out"
    ]


def test_a_large_file_may_repeat_as_much_as_it_writes_out():
    written = "common: &common [lcc, icb]\nitems:\n" + "  - {id: x, title: Long, parties: *common}\n" * 5000
    assert len(read(written.encode(), "case.yaml")["items"]) == 5000


def nested(levels: int) -> str:
    return "a: " + "[" * (levels - 1) + "]" * (levels - 1)


def test_forty_levels_may_be_nested():
    assert isinstance(read(nested(40).encode(), "case.yaml"), Marked)


@pytest.mark.parametrize(
    "written",
    [
        nested(41),
        "a: " + "[" * 2_000_000,
        "a: " + "{a: " * 1_000_000,
        "a:\n " + "- " * 2_000_000,
        "? " * 2_000_000,
        "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 50)),
    ],
    ids=["lists", "open lists", "open mappings", "dashes", "question marks", "through aliases"],
)
def test_deep_nesting_is_a_fault(written):
    begun = time.perf_counter()
    (fault,) = faults_of(written)
    assert fault.endswith(": this is nested more than 40 levels deep") or fault.endswith(
        "a key must be text, not a list or a mapping"
    )
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(
    "written",
    ["a: " + "1" * 5_000_000, "a: [" + "1, " * 600_000, '"' + "x" * 5_000_000, "# " + "x" * 5_000_000,
     "a: b\n" * 1_000_000],
    ids=["one number", "open list", "open quote", "comment", "same key"],
)  # fmt: skip
def test_megabytes_of_nonsense_are_refused_calmly(written):
    begun = time.perf_counter()
    assert all(len(fault) < 200 for fault in faults_of(written))
    assert time.perf_counter() - begun < 30


def test_after_a_thousand_faults_the_rest_is_left_for_later():
    faults = faults_of("a: b\n" * 5000)
    assert len(faults) == 1001
    assert faults[-1] == "case.yaml:1001: there are more faults below; correct these first"


def test_faults_are_told_in_the_order_of_the_lines():
    fault = FileFault([Fault("b.yaml", 10, "y"), Fault("b.yaml", 9, "x"), Fault("b.yaml", 9, "x")])
    assert str(fault) == "b.yaml:9: x\nb.yaml:10: y"


yaml_like = st.text(alphabet=st.sampled_from("ab01:-?[]{},&*!|>'\"%@#\n\t .~\\é\u2028\x00"), max_size=60)


@given(st.one_of(st.binary(max_size=200), yaml_like.map(str.encode), st.text().map(lambda text: text.encode())))
@example(b"\xef\xbb\xbf")
@example(b"%YAML 3.0\n---\na: 1")
@example(b"%TAG ! x:\n--- !a b")
@example(b"? a\n? a\n")
def test_nothing_but_its_own_fault_is_ever_raised(data):
    try:
        document = read(data, "case.yaml")
    except FileFault as fault:
        assert all(one.line >= 1 and one.message for one in fault.faults)
    else:
        assert set(document.lines) == set(document)
