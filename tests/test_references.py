"""Tests of the bibliography."""

from __future__ import annotations

import re

import pytest

from accord.references import REFERENCES, Reference

NEEDED = {
    "cong2019",
    "diakoulaki1995",
    "fan2024",
    "guo2021",
    "harris2020",
    "hoyer2017",
    "jolliffe2002",
    "liao1999",
    "ma2022",
    "mpe2021",
    "munnell1990",
    "oecd2008",
    "shannon1948",
    "wang2021",
    "zou2006",
}


def test_all_needed_works_are_there() -> None:
    assert set(REFERENCES) >= NEEDED


@pytest.mark.parametrize("key", sorted(REFERENCES))
def test_entry_is_complete(key: str) -> None:
    entry = REFERENCES[key]
    assert entry.key == key
    assert (entry.authors or entry.doi) and all(re.fullmatch(r"\S.*, \S.*", author) for author in entry.authors)
    assert 1900 < entry.year < 2100
    assert key.endswith(str(entry.year))
    assert entry.title and entry.container
    assert bool(entry.authors_zh) == bool(entry.title_zh) == bool(entry.container_zh)


@pytest.mark.parametrize("key", sorted(REFERENCES))
def test_doi_has_the_form_of_a_doi(key: str) -> None:
    doi = REFERENCES[key].doi
    assert doi == "" or re.fullmatch(r"10\.\d{4,9}/\S+", doi)


@pytest.mark.parametrize("key", sorted(REFERENCES))
def test_bibtex(key: str) -> None:
    entry = REFERENCES[key]
    text = entry.bibtex()
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    assert text.startswith(tuple(f"@{kind}{{{key}," for kind in ("article", "book", "inproceedings")))
    assert f"year = {{{entry.year}}}" in text
    assert not re.search(r"(?<!\\)&", text)
    assert text.count(" and ") >= len(entry.authors) - 1


@pytest.mark.parametrize("key", sorted(REFERENCES))
def test_one_line_forms(key: str) -> None:
    entry = REFERENCES[key]
    for line in (entry.text(), entry.gb7714()):
        assert "\n" not in line and "  " not in line and ".." not in line and "?." not in line
        assert str(entry.year) in line
        assert entry.pages in line
        assert entry.doi in line
    assert entry.title in entry.text()
    assert ("[C]//" if entry.meeting else "[M]" if entry.is_book else "[J]") in entry.gb7714()


def test_dois_are_unique() -> None:
    dois = [entry.doi for entry in REFERENCES.values() if entry.doi]
    assert len(dois) == len(set(dois))


def test_text_of_article_and_book() -> None:
    assert REFERENCES["diakoulaki1995"].text() == (
        "Diakoulaki, D., Mavrotas, G., Papayannakis, L. (1995). Determining objective weights in multiple "
        "criteria problems: The CRITIC method. Computers & Operations Research 22(7): 763-770. "
        "https://doi.org/10.1016/0305-0548(94)00059-H"
    )
    assert REFERENCES["jolliffe2002"].text() == (
        "Jolliffe, I. T. (2002). Principal Component Analysis (2nd ed.). New York: Springer. "
        "https://doi.org/10.1007/b98835"
    )
    assert REFERENCES["munnell1990"].text() == (
        "Munnell, A. H. (1990). Why has productivity growth declined? Productivity and public investment. "
        "New England Economic Review (Jan/Feb): 3-22."
    )


def test_long_author_lists_are_cut() -> None:
    entry = REFERENCES["harris2020"]
    assert entry.text().startswith("Harris, C. R., Millman, K. J., van der Walt, S. J., et al. (2020). Array")
    assert entry.gb7714() == (
        "HARRIS C R, MILLMAN K J, VAN DER WALT S J, et al. Array programming with NumPy[J]. "
        "Nature, 2020, 585(7825): 357-362. DOI: 10.1038/s41586-020-2649-2."
    )
    assert "Oliphant, Travis E." in entry.bibtex()


def test_gb7714_is_chinese_for_chinese_works() -> None:
    assert REFERENCES["liao1999"].gb7714() == (
        "廖重斌. 环境与经济协调发展的定量评判及其分类体系——以珠江三角洲城市群为例[J]. 热带地理, 1999, 19(2): 171-177."
    )
    assert REFERENCES["jolliffe2002"].gb7714() == (
        "JOLLIFFE I T. Principal Component Analysis[M]. 2nd ed. New York: Springer, 2002. DOI: 10.1007/b98835."
    )


def test_bibtex_of_article() -> None:
    assert REFERENCES["diakoulaki1995"].bibtex() == (
        "@article{diakoulaki1995,\n"
        "  author = {Diakoulaki, D. and Mavrotas, G. and Papayannakis, L.},\n"
        "  title = {{Determining objective weights in multiple criteria problems: The CRITIC method}},\n"
        "  journal = {Computers \\& Operations Research},\n"
        "  volume = {22},\n"
        "  number = {7},\n"
        "  pages = {763--770},\n"
        "  year = {1995},\n"
        "  doi = {10.1016/0305-0548(94)00059-H},\n"
        "}"
    )


def test_question_mark_ends_a_title() -> None:
    entry = Reference("doe2001", ("Doe, Jane",), 2001, "Why?", "Letters", volume="1", pages="2")
    assert entry.text() == "Doe, J. (2001). Why? Letters 1: 2."


def test_entries_are_frozen() -> None:
    with pytest.raises(AttributeError):
        REFERENCES["wang2021"].year = 2020  # type: ignore[misc]


def test_a_work_whose_authors_are_not_known_goes_by_its_title() -> None:
    entry = Reference("x2021", (), 2021, "Article 7", "Letters", volume="1", pages="7", doi="10.1000/7")
    assert entry.text() == "Article 7 (2021). Letters 1: 7. https://doi.org/10.1000/7"
    assert entry.gb7714() == "Article 7[J]. Letters, 2021, 1: 7. DOI: 10.1000/7."
    assert "author" not in entry.bibtex()


def test_a_paper_of_a_conference() -> None:
    adam = REFERENCES["kingma2015"]
    assert adam.gb7714().startswith(
        "KINGMA D P, BA J. Adam: a method for stochastic optimization[C]//International Conference"
    )
    assert "San Diego, 2015. DOI" in adam.gb7714()
    assert "In International Conference on Learning Representations, San Diego." in adam.text()
    assert adam.bibtex().startswith("@inproceedings{kingma2015,") and "booktitle = {International" in adam.bibtex()
