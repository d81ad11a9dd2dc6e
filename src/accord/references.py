"""The literature behind accord's methods and data, ready to cite.

Every entry of :data:`REFERENCES` prints itself as plain text, as a BibTeX entry and in the Chinese standard
form GB/T 7714. Chinese works carry their Chinese title too, which the last of the three uses. The ``doi`` of
an entry is empty where the work has none or none could be checked.

Examples
--------
>>> from accord.references import REFERENCES
>>> print(REFERENCES["wang2021"].text())  # doctest: +ELLIPSIS
Wang, S., Kong, W., Ren, L., Zhi, D., Dai, B. (2021). Research on misuses and modification of ...
>>> print(REFERENCES["liao1999"].gb7714())
廖重斌. 环境与经济协调发展的定量评判及其分类体系——以珠江三角洲城市群为例[J]. 热带地理, 1999, 19(2): 171-177.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["REFERENCES", "Reference"]


@dataclass(frozen=True)
class Reference:
    r"""One work: an article, a book, or a paper of a conference.

    Parameters
    ----------
    key
        Short name, used as the BibTeX key.
    authors
        Names as ``"Family, Given"``, in order; empty where they could not be checked.
    year
        Year of publication.
    title
        Title in English.
    container
        Journal of an article, publisher of a book, conference of a paper.
    volume, issue, pages
        Where in the journal; empty where it does not apply. A work without pages is a book.
    doi
        Bare DOI, such as ``"10.5334/jors.148"``, or ``""``.
    place, edition
        Place of publication and number of the edition, for books; the place of a conference.
    authors_zh, title_zh, container_zh
        The Chinese form of a Chinese work.
    meeting
        Whether `container` is a conference.

    Examples
    --------
    >>> book = Reference("doe1999", ("Doe, Jane",), 1999, "Trees & Woods", "Leaf Press", place="York")
    >>> book.text()
    'Doe, J. (1999). Trees & Woods. York: Leaf Press.'
    >>> book.gb7714()
    'DOE J. Trees & Woods[M]. York: Leaf Press, 1999.'
    >>> print(book.bibtex())
    @book{doe1999,
      author = {Doe, Jane},
      title = {{Trees \& Woods}},
      publisher = {Leaf Press},
      address = {York},
      year = {1999},
    }
    """

    key: str
    authors: tuple[str, ...]
    year: int
    title: str
    container: str
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    place: str = ""
    edition: str = ""
    authors_zh: tuple[str, ...] = ()
    title_zh: str = ""
    container_zh: str = ""
    meeting: bool = False

    @property
    def is_book(self) -> bool:
        """Whether the work is a book, neither an article nor a paper of a conference."""
        return not self.pages and not self.meeting

    def bibtex(self) -> str:
        """Return the work as a BibTeX entry in UTF-8."""
        fields = {"author": " and ".join(self.authors), "title": f"{{{self.title}}}"}
        if self.meeting:
            fields |= {"booktitle": self.container, "address": self.place, "pages": self.pages.replace("-", "--")}
        elif self.is_book:
            fields |= {"publisher": self.container, "address": self.place, "edition": self.edition}
        else:
            pages = self.pages.replace("-", "--")
            fields |= {"journal": self.container, "volume": self.volume, "number": self.issue, "pages": pages}
        fields |= {"year": str(self.year), "doi": self.doi}
        lines = [
            f"  {name} = {{{value if name == 'doi' else value.replace('&', chr(92) + '&')}}},"
            for name, value in fields.items()
            if value
        ]
        kind = "inproceedings" if self.meeting else "book" if self.is_book else "article"
        return "\n".join([f"@{kind}{{{self.key},", *lines, "}"])

    def text(self) -> str:
        """Return the work as one line in author-date style."""
        names = [", ".join(filter(None, (family, _initials(given)))) for family, given in self._names()]
        if len(names) > 6:
            names = [*names[:3], "et al."]
        title = self.title + (f" ({_ordinal(self.edition)} ed.)" if self.edition else "")
        stop = "" if title.endswith("?") else "."
        who = f"{', '.join(names)} ({self.year}). {title}{stop}" if names else f"{title} ({self.year})."
        line = f"{who} {self._source()}"
        return line + (f" https://doi.org/{self.doi}" if self.doi else "")

    def gb7714(self) -> str:
        """Return the work as one line in the style of GB/T 7714, in Chinese where it has a Chinese form."""
        chinese = bool(self.title_zh)
        if chinese:
            names, others = list(self.authors_zh), "等"
        else:
            names = [f"{family.upper()} {_initials(given, '')}".strip() for family, given in self._names()]
            others = "et al"
        if len(names) > 3:
            names = [*names[:3], others]
        who = f"{', '.join(names)}. " if names else ""
        mark = "[C]//" if self.meeting else "[M]. " if self.is_book else "[J]. "
        line = f"{who}{self.title_zh or self.title}{mark}"
        if self.meeting:
            pages = f": {self.pages}" if self.pages else ""
            line += (
                f"{self.container_zh or self.container}. {f'{self.place}, ' if self.place else ''}{self.year}{pages}."
            )
        elif self.is_book:
            line += f"{_ordinal(self.edition)} ed. " if self.edition else ""
            line += f"{self.place}: " if self.place else ""
            line += f"{self.container_zh or self.container}, {self.year}."
        else:
            issue = f"({self.issue})" if self.issue else ""
            where = f"{self.volume}{issue}: {self.pages}"
            line += f"{self.container_zh or self.container}, {self.year}{', ' if self.volume else ''}{where}."
        return line + (f" DOI: {self.doi}." if self.doi else "")

    def _names(self) -> list[tuple[str, str]]:
        """Split the authors into family and given names."""
        parts = [author.partition(", ") for author in self.authors]
        return [(family, given) for family, _, given in parts]

    def _source(self) -> str:
        """Return journal, volume and pages, or place and publisher, or the conference, for the plain text."""
        if self.meeting:
            return f"In {', '.join(filter(None, (self.container, self.place, self.pages)))}."
        if self.is_book:
            return (f"{self.place}: " if self.place else "") + f"{self.container}."
        issue = f"({self.issue})" if self.issue else ""
        volume = f" {self.volume}{issue}" if self.volume or issue else ""
        return f"{self.container}{volume}: {self.pages}."


def _initials(given: str, stop: str = ".") -> str:
    """Shorten given names: ``"Alicia H."`` becomes ``"A. H."``, or ``"A H"`` without stops."""
    return " ".join(f"{word[0]}{stop}" for word in given.split())


def _ordinal(edition: str) -> str:
    """Write a number as an English ordinal, such as ``"2nd"``."""
    return edition + {"1": "st", "2": "nd", "3": "rd"}.get(edition, "th")


_ENTRIES = (
    Reference(
        key="abrigo2016",
        authors=("Abrigo, Michael R. M.", "Love, Inessa"),
        year=2016,
        title="Estimation of panel vector autoregression in Stata",
        container="The Stata Journal",
        volume="16",
        issue="3",
        pages="778-804",
        doi="10.1177/1536867X1601600314",
    ),
    Reference(
        key="andrews2001",
        authors=("Andrews, Donald W. K.", "Lu, Biao"),
        year=2001,
        title="Consistent model and moment selection procedures for GMM estimation with application to dynamic panel data models",
        container="Journal of Econometrics",
        volume="101",
        issue="1",
        pages="123-164",
        doi="10.1016/S0304-4076(00)00077-4",
    ),
    Reference(
        key="anselin1995",
        authors=("Anselin, Luc",),
        year=1995,
        title="Local indicators of spatial association: LISA",
        container="Geographical Analysis",
        volume="27",
        issue="2",
        pages="93-115",
        doi="10.1111/j.1538-4632.1995.tb00338.x",
    ),
    Reference(
        key="arellano1995",
        authors=("Arellano, Manuel", "Bover, Olympia"),
        year=1995,
        title="Another look at the instrumental variable estimation of error-components models",
        container="Journal of Econometrics",
        volume="68",
        issue="1",
        pages="29-51",
        doi="10.1016/0304-4076(94)01642-D",
    ),
    Reference(
        key="assimakopoulos2000",
        authors=("Assimakopoulos, V.", "Nikolopoulos, K."),
        year=2000,
        title="The theta model: a decomposition approach to forecasting",
        container="International Journal of Forecasting",
        volume="16",
        issue="4",
        pages="521-530",
        doi="10.1016/S0169-2070(00)00066-2",
    ),
    Reference(
        key="barro1992",
        authors=("Barro, Robert J.", "Sala-i-Martin, Xavier"),
        year=1992,
        title="Convergence",
        container="Journal of Political Economy",
        volume="100",
        issue="2",
        pages="223-251",
        doi="10.1086/261816",
    ),
    Reference(
        key="benjamini1995",
        authors=("Benjamini, Yoav", "Hochberg, Yosef"),
        year=1995,
        title="Controlling the false discovery rate: a practical and powerful approach to multiple testing",
        container="Journal of the Royal Statistical Society: Series B",
        volume="57",
        issue="1",
        pages="289-300",
        doi="10.1111/j.2517-6161.1995.tb02031.x",
    ),
    Reference(
        key="bickenbach2003",
        authors=("Bickenbach, Frank", "Bode, Eckhardt"),
        year=2003,
        title="Evaluating the Markov property in studies of economic convergence",
        container="International Regional Science Review",
        volume="26",
        issue="3",
        pages="363-392",
        doi="10.1177/0160017603253789",
    ),
    Reference(
        key="breitung2022",
        authors=("Breitung, Jörg", "Kripfganz, Sebastian", "Hayakawa, Kazuhiko"),
        year=2022,
        title="Bias-corrected method of moments estimators for dynamic panel data models",
        container="Econometrics and Statistics",
        volume="24",
        pages="116-132",
        doi="10.1016/j.ecosta.2021.07.001",
    ),
    Reference(
        key="choi2001",
        authors=("Choi, In",),
        year=2001,
        title="Unit root tests for panel data",
        container="Journal of International Money and Finance",
        volume="20",
        issue="2",
        pages="249-272",
        doi="10.1016/S0261-5606(00)00048-6",
    ),
    Reference(
        key="cong2019",
        authors=("Cong, Xiaonan",),
        year=2019,
        title=("Expression and mathematical property of coupling model, and its misuse in geographical science"),
        container="Economic Geography",
        volume="39",
        issue="4",
        pages="18-25",
        authors_zh=("丛晓男",),
        title_zh="耦合度模型的形式、性质及在地理学中的若干误用",
        container_zh="经济地理",
    ),
    Reference(
        key="dagum1997",
        authors=("Dagum, Camilo",),
        year=1997,
        title="A new approach to the decomposition of the Gini income inequality ratio",
        container="Empirical Economics",
        volume="22",
        issue="4",
        pages="515-531",
        doi="10.1007/BF01205777",
    ),
    Reference(
        key="deng1982",
        authors=("Deng, Julong",),
        year=1982,
        title="Control problems of grey systems",
        container="Systems & Control Letters",
        volume="1",
        issue="5",
        pages="288-294",
        doi="10.1016/S0167-6911(82)80025-X",
    ),
    Reference(
        key="dhaene2015",
        authors=("Dhaene, Geert", "Jochmans, Koen"),
        year=2015,
        title="Split-panel jackknife estimation of fixed-effect models",
        container="The Review of Economic Studies",
        volume="82",
        issue="3",
        pages="991-1030",
        doi="10.1093/restud/rdv007",
    ),
    Reference(
        key="diakoulaki1995",
        authors=("Diakoulaki, D.", "Mavrotas, G.", "Papayannakis, L."),
        year=1995,
        title="Determining objective weights in multiple criteria problems: The CRITIC method",
        container="Computers & Operations Research",
        volume="22",
        issue="7",
        pages="763-770",
        doi="10.1016/0305-0548(94)00059-H",
    ),
    Reference(
        key="diebold1995",
        authors=("Diebold, Francis X.", "Mariano, Roberto S."),
        year=1995,
        title="Comparing predictive accuracy",
        container="Journal of Business & Economic Statistics",
        volume="13",
        issue="3",
        pages="253-263",
        doi="10.1080/07350015.1995.10524599",
    ),
    Reference(
        key="efron1993",
        authors=("Efron, Bradley", "Tibshirani, Robert J."),
        year=1993,
        title="An Introduction to the Bootstrap",
        container="Chapman & Hall",
        place="New York",
    ),
    Reference(
        key="fan2024",
        authors=("Fan, D.", "Ke, H.", "Cao, R."),
        year=2024,
        title="Modification and improvement of coupling coordination degree model",
        container="Statistics & Decision",
        volume="40",
        issue="22",
        pages="41-46",
        doi="10.13546/j.cnki.tjyjc.2024.22.007",
    ),
    Reference(
        key="geary1954",
        authors=("Geary, Robert C.",),
        year=1954,
        title="The contiguity ratio and statistical mapping",
        container="The Incorporated Statistician",
        volume="5",
        issue="3",
        pages="115-145",
        doi="10.2307/2986645",
    ),
    Reference(
        key="granger1969",
        authors=("Granger, C. W. J.",),
        year=1969,
        title="Investigating causal relations by econometric models and cross-spectral methods",
        container="Econometrica",
        volume="37",
        issue="3",
        pages="424-438",
        doi="10.2307/1912791",
    ),
    Reference(
        key="guo2021",
        authors=("Guo, Dongyan", "Wang, Dongyan", "Zhong, Xiaoyong", "Yang, Yuanyuan", "Jiang, Lixin"),
        year=2021,
        title=(
            "Spatiotemporal changes of land ecological security and its obstacle indicators diagnosis"
            " in the Beijing–Tianjin–Hebei region"
        ),
        container="Land",
        volume="10",
        issue="7",
        pages="706",
        doi="10.3390/land10070706",
    ),
    Reference(
        key="hadri2000",
        authors=("Hadri, Kaddour",),
        year=2000,
        title="Testing for stationarity in heterogeneous panel data",
        container="Econometrics Journal",
        volume="3",
        issue="2",
        pages="148-161",
        doi="10.1111/1368-423X.00043",
    ),
    Reference(
        key="hahn2002",
        authors=("Hahn, Jinyong", "Kuersteiner, Guido"),
        year=2002,
        title="Asymptotically unbiased inference for a dynamic panel model with fixed effects when both n and T are large",
        container="Econometrica",
        volume="70",
        issue="4",
        pages="1639-1657",
        doi="10.1111/1468-0262.00344",
    ),
    Reference(
        key="hansen1982",
        authors=("Hansen, Lars Peter",),
        year=1982,
        title="Large sample properties of generalized method of moments estimators",
        container="Econometrica",
        volume="50",
        issue="4",
        pages="1029-1054",
        doi="10.2307/1912775",
    ),
    Reference(
        key="harris1999",
        authors=("Harris, Richard D. F.", "Tzavalis, Elias"),
        year=1999,
        title="Inference for unit roots in dynamic panels where the time dimension is fixed",
        container="Journal of Econometrics",
        volume="91",
        issue="2",
        pages="201-226",
        doi="10.1016/S0304-4076(98)00076-1",
    ),
    Reference(
        key="harris2020",
        authors=(
            "Harris, Charles R.",
            "Millman, K. Jarrod",
            "van der Walt, Stéfan J.",
            "Gommers, Ralf",
            "Virtanen, Pauli",
            "Cournapeau, David",
            "Wieser, Eric",
            "Taylor, Julian",
            "Berg, Sebastian",
            "Smith, Nathaniel J.",
            "Kern, Robert",
            "Picus, Matti",
            "Hoyer, Stephan",
            "van Kerkwijk, Marten H.",
            "Brett, Matthew",
            "Haldane, Allan",
            "Fernández del Río, Jaime",
            "Wiebe, Mark",
            "Peterson, Pearu",
            "Gérard-Marchant, Pierre",
            "Sheppard, Kevin",
            "Reddy, Tyler",
            "Weckesser, Warren",
            "Abbasi, Hameer",
            "Gohlke, Christoph",
            "Oliphant, Travis E.",
        ),
        year=2020,
        title="Array programming with NumPy",
        container="Nature",
        volume="585",
        issue="7825",
        pages="357-362",
        doi="10.1038/s41586-020-2649-2",
    ),
    Reference(
        key="harvey1997",
        authors=("Harvey, David", "Leybourne, Stephen", "Newbold, Paul"),
        year=1997,
        title="Testing the equality of prediction mean squared errors",
        container="International Journal of Forecasting",
        volume="13",
        issue="2",
        pages="281-291",
        doi="10.1016/S0169-2070(96)00719-4",
    ),
    Reference(
        key="harville1974",
        authors=("Harville, David A.",),
        year=1974,
        title="Bayesian inference for variance components using only error contrasts",
        container="Biometrika",
        volume="61",
        issue="2",
        pages="383-385",
        doi="10.1093/biomet/61.2.383",
    ),
    Reference(
        key="hochreiter1997",
        authors=("Hochreiter, Sepp", "Schmidhuber, Jürgen"),
        year=1997,
        title="Long short-term memory",
        container="Neural Computation",
        volume="9",
        issue="8",
        pages="1735-1780",
        doi="10.1162/neco.1997.9.8.1735",
    ),
    Reference(
        key="holt2004",
        authors=("Holt, Charles C.",),
        year=2004,
        title="Forecasting seasonals and trends by exponentially weighted moving averages",
        container="International Journal of Forecasting",
        volume="20",
        issue="1",
        pages="5-10",
        doi="10.1016/j.ijforecast.2003.09.015",
    ),
    Reference(
        key="holtz_eakin1988",
        authors=("Holtz-Eakin, Douglas", "Newey, Whitney", "Rosen, Harvey S."),
        year=1988,
        title="Estimating vector autoregressions with panel data",
        container="Econometrica",
        volume="56",
        issue="6",
        pages="1371-1395",
        doi="10.2307/1913103",
    ),
    Reference(
        key="hoyer2017",
        authors=("Hoyer, Stephan", "Hamman, Joe"),
        year=2017,
        title="xarray: N-D labeled arrays and datasets in Python",
        container="Journal of Open Research Software",
        volume="5",
        issue="1",
        pages="10",
        doi="10.5334/jors.148",
    ),
    Reference(
        key="hyndman2002",
        authors=("Hyndman, Rob J.", "Koehler, Anne B.", "Snyder, Ralph D.", "Grose, Simone"),
        year=2002,
        title="A state space framework for automatic forecasting using exponential smoothing methods",
        container="International Journal of Forecasting",
        volume="18",
        issue="3",
        pages="439-454",
        doi="10.1016/S0169-2070(01)00110-8",
    ),
    Reference(
        key="hyndman2003",
        authors=("Hyndman, Rob J.", "Billah, Baki"),
        year=2003,
        title="Unmasking the Theta method",
        container="International Journal of Forecasting",
        volume="19",
        issue="2",
        pages="287-290",
        doi="10.1016/S0169-2070(01)00143-1",
    ),
    Reference(
        key="hyndman2006",
        authors=("Hyndman, Rob J.", "Koehler, Anne B."),
        year=2006,
        title="Another look at measures of forecast accuracy",
        container="International Journal of Forecasting",
        volume="22",
        issue="4",
        pages="679-688",
        doi="10.1016/j.ijforecast.2006.03.001",
    ),
    Reference(
        key="hyndman2008",
        authors=("Hyndman, Rob J.", "Khandakar, Yeasmin"),
        year=2008,
        title="Automatic time series forecasting: the forecast package for R",
        container="Journal of Statistical Software",
        volume="27",
        issue="3",
        pages="1-22",
        doi="10.18637/jss.v027.i03",
    ),
    Reference(
        key="hyndman2021",
        authors=("Hyndman, Rob J.", "Athanasopoulos, George"),
        year=2021,
        title="Forecasting: Principles and Practice",
        container="OTexts",
        place="Melbourne",
    ),
    Reference(
        key="im2003",
        authors=("Im, Kyung So", "Pesaran, M. Hashem", "Shin, Yongcheol"),
        year=2003,
        title="Testing for unit roots in heterogeneous panels",
        container="Journal of Econometrics",
        volume="115",
        issue="1",
        pages="53-74",
        doi="10.1016/S0304-4076(03)00092-7",
    ),
    Reference(
        key="jolliffe2002",
        authors=("Jolliffe, I. T.",),
        year=2002,
        title="Principal Component Analysis",
        container="Springer",
        doi="10.1007/b98835",
        place="New York",
        edition="2",
    ),
    Reference(
        key="kemeny1976",
        authors=("Kemeny, John G.", "Snell, J. Laurie"),
        year=1976,
        title="Finite Markov Chains",
        container="Springer",
        place="New York",
    ),
    Reference(
        key="kilian1998",
        authors=("Kilian, Lutz",),
        year=1998,
        title="Small-sample confidence intervals for impulse response functions",
        container="The Review of Economics and Statistics",
        volume="80",
        issue="2",
        pages="218-230",
        doi="10.1162/003465398557465",
    ),
    Reference(
        key="kingma2015",
        authors=("Kingma, Diederik P.", "Ba, Jimmy"),
        year=2015,
        title="Adam: a method for stochastic optimization",
        container="International Conference on Learning Representations",
        place="San Diego",
        doi="10.48550/arXiv.1412.6980",
        meeting=True,
    ),
    Reference(
        key="lefever1926",
        authors=("Lefever, D. Welty",),
        year=1926,
        title="Measuring geographic concentration by means of the standard deviational ellipse",
        container="American Journal of Sociology",
        volume="32",
        issue="1",
        pages="88-94",
        doi="10.1086/214027",
    ),
    Reference(
        key="levin2002",
        authors=("Levin, Andrew", "Lin, Chien-Fu", "Chu, Chia-Shang James"),
        year=2002,
        title="Unit root tests in panel data: asymptotic and finite-sample properties",
        container="Journal of Econometrics",
        volume="108",
        issue="1",
        pages="1-24",
        doi="10.1016/S0304-4076(01)00098-7",
    ),
    Reference(
        key="liao1999",
        authors=("Liao, Chongbin",),
        year=1999,
        title=(
            "Quantitative judgement and classification system for coordinated development of environment"
            " and economy: A case study of the city group in the Pearl River Delta"
        ),
        container="Tropical Geography",
        volume="19",
        issue="2",
        pages="171-177",
        authors_zh=("廖重斌",),
        title_zh="环境与经济协调发展的定量评判及其分类体系——以珠江三角洲城市群为例",
        container_zh="热带地理",
    ),
    Reference(
        key="luetkepohl2005",
        authors=("Lütkepohl, Helmut",),
        year=2005,
        title="New introduction to multiple time series analysis",
        container="Springer",
        doi="10.1007/978-3-540-27752-1",
        place="Berlin",
    ),
    Reference(
        key="ma2022",
        authors=("Ma, Xiaoxue", "Li, Nimuzi", "Yang, Hong", "Li, Yanyan"),
        year=2022,
        title=(
            "Exploring the relationship between urbanization and water environment based on coupling analysis"
            " in Nanjing, East China"
        ),
        container="Environmental Science and Pollution Research",
        volume="29",
        issue="3",
        pages="4654-4667",
        doi="10.1007/s11356-021-15161-1",
    ),
    Reference(
        key="mackinnon1985",
        authors=("MacKinnon, James G.", "White, Halbert"),
        year=1985,
        title="Some heteroskedasticity-consistent covariance matrix estimators with improved finite sample properties",
        container="Journal of Econometrics",
        volume="29",
        issue="3",
        pages="305-325",
        doi="10.1016/0304-4076(85)90158-7",
    ),
    Reference(
        key="maddala1999",
        authors=("Maddala, G. S.", "Wu, Shaowen"),
        year=1999,
        title="A comparative study of unit root tests with panel data and a new simple test",
        container="Oxford Bulletin of Economics and Statistics",
        volume="61",
        issue="S1",
        pages="631-652",
        doi="10.1111/1468-0084.0610s1631",
    ),
    Reference(
        key="montiel2019",
        authors=("Montiel Olea, José Luis", "Plagborg-Møller, Mikkel"),
        year=2019,
        title="Simultaneous confidence bands: Theory, implementation, and an application to SVARs",
        container="Journal of Applied Econometrics",
        volume="34",
        issue="1",
        pages="1-17",
        doi="10.1002/jae.2656",
    ),
    Reference(
        key="moran1950",
        authors=("Moran, Patrick A. P.",),
        year=1950,
        title="Notes on continuous stochastic phenomena",
        container="Biometrika",
        volume="37",
        issue="1-2",
        pages="17-23",
        doi="10.1093/biomet/37.1-2.17",
    ),
    Reference(
        key="mpe2021",
        authors=(),
        year=2021,
        title="Article 7271637",
        container="Mathematical Problems in Engineering",
        volume="2021",
        pages="7271637",
        doi="10.1155/2021/7271637",
    ),
    Reference(
        key="munnell1990",
        authors=("Munnell, Alicia H.",),
        year=1990,
        title="Why has productivity growth declined? Productivity and public investment",
        container="New England Economic Review",
        issue="Jan/Feb",
        pages="3-22",
    ),
    Reference(
        key="newey1987",
        authors=("Newey, Whitney K.", "West, Kenneth D."),
        year=1987,
        title="A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix",
        container="Econometrica",
        volume="55",
        issue="3",
        pages="703-708",
        doi="10.2307/1913610",
    ),
    Reference(
        key="oecd2008",
        authors=(
            "Nardo, Michela",
            "Saisana, Michaela",
            "Saltelli, Andrea",
            "Tarantola, Stefano",
            "Hoffmann, Anders",
            "Giovannini, Enrico",
        ),
        year=2008,
        title="Handbook on Constructing Composite Indicators: Methodology and User Guide",
        container="OECD Publishing",
        doi="10.1787/9789264043466-en",
        place="Paris",
    ),
    Reference(
        key="pesaran1998",
        authors=("Pesaran, H. Hashem", "Shin, Yongcheol"),
        year=1998,
        title="Generalized impulse response analysis in linear multivariate models",
        container="Economics Letters",
        volume="58",
        issue="1",
        pages="17-29",
        doi="10.1016/S0165-1765(97)00214-0",
    ),
    Reference(
        key="pesaran2007",
        authors=("Pesaran, M. Hashem",),
        year=2007,
        title="A simple panel unit root test in the presence of cross-section dependence",
        container="Journal of Applied Econometrics",
        volume="22",
        issue="2",
        pages="265-312",
        doi="10.1002/jae.951",
    ),
    Reference(
        key="pesaran2015",
        authors=("Pesaran, M. Hashem",),
        year=2015,
        title="Testing weak cross-sectional dependence in large panels",
        container="Econometric Reviews",
        volume="34",
        issue="6-10",
        pages="1089-1117",
        doi="10.1080/07474938.2014.956623",
    ),
    Reference(
        key="rey2001",
        authors=("Rey, Sergio J.",),
        year=2001,
        title="Spatial empirics for economic growth and convergence",
        container="Geographical Analysis",
        volume="33",
        issue="3",
        pages="195-214",
        doi="10.1111/j.1538-4632.2001.tb00444.x",
    ),
    Reference(
        key="sanderson2016",
        authors=("Sanderson, Eleanor", "Windmeijer, Frank"),
        year=2016,
        title="A weak instrument F-test in linear IV models with multiple endogenous variables",
        container="Journal of Econometrics",
        volume="190",
        issue="2",
        pages="212-221",
        doi="10.1016/j.jeconom.2015.06.004",
    ),
    Reference(
        key="shannon1948",
        authors=("Shannon, Claude E.",),
        year=1948,
        title="A mathematical theory of communication",
        container="Bell System Technical Journal",
        volume="27",
        issue="3",
        pages="379-423",
        doi="10.1002/j.1538-7305.1948.tb01338.x",
    ),
    Reference(
        key="sheather1991",
        authors=("Sheather, S. J.", "Jones, M. C."),
        year=1991,
        title="A reliable data-based bandwidth selection method for kernel density estimation",
        container="Journal of the Royal Statistical Society: Series B (Methodological)",
        volume="53",
        issue="3",
        pages="683-690",
        doi="10.1111/j.2517-6161.1991.tb01857.x",
    ),
    Reference(
        key="shorrocks1978",
        authors=("Shorrocks, A. F.",),
        year=1978,
        title="The measurement of mobility",
        container="Econometrica",
        volume="46",
        issue="5",
        pages="1013-1024",
    ),
    Reference(
        key="shorrocks1980",
        authors=("Shorrocks, A. F.",),
        year=1980,
        title="The class of additively decomposable inequality measures",
        container="Econometrica",
        volume="48",
        issue="3",
        pages="613-625",
        doi="10.2307/1913126",
    ),
    Reference(
        key="silverman1981",
        authors=("Silverman, B. W.",),
        year=1981,
        title="Using kernel density estimates to investigate multimodality",
        container="Journal of the Royal Statistical Society: Series B (Methodological)",
        volume="43",
        issue="1",
        pages="97-99",
        doi="10.1111/j.2517-6161.1981.tb01155.x",
    ),
    Reference(
        key="silverman1986",
        authors=("Silverman, B. W.",),
        year=1986,
        title="Density Estimation for Statistics and Data Analysis",
        container="Chapman and Hall",
        place="London",
    ),
    Reference(
        key="sims1980",
        authors=("Sims, Christopher A.",),
        year=1980,
        title="Macroeconomics and reality",
        container="Econometrica",
        volume="48",
        issue="1",
        pages="1-48",
        doi="10.2307/1912017",
    ),
    Reference(
        key="vovk2005",
        authors=("Vovk, Vladimir", "Gammerman, Alex", "Shafer, Glenn"),
        year=2005,
        title="Algorithmic Learning in a Random World",
        container="Springer",
        place="New York",
        doi="10.1007/b106715",
    ),
    Reference(
        key="wang2010",
        authors=(
            "Wang, Jinfeng",
            "Li, Xinhu",
            "Christakos, George",
            "Liao, Yilan",
            "Zhang, Tin",
            "Gu, Xue",
            "Zheng, Xiaoying",
        ),
        year=2010,
        title=(
            "Geographical detectors-based health risk assessment and its application in"
            " the neural tube defects study of the Heshun Region, China"
        ),
        container="International Journal of Geographical Information Science",
        volume="24",
        issue="1",
        pages="107-127",
        doi="10.1080/13658810802443457",
    ),
    Reference(
        key="wang2016",
        authors=("Wang, Jinfeng", "Zhang, Tonglin", "Fu, Bojie"),
        year=2016,
        title="A measure of spatial stratified heterogeneity",
        container="Ecological Indicators",
        volume="67",
        pages="250-256",
        doi="10.1016/j.ecolind.2016.02.052",
    ),
    Reference(
        key="wang2021",
        authors=("Wang, Shujia", "Kong, Wei", "Ren, Liang", "Zhi, Dandan", "Dai, Binting"),
        year=2021,
        title="Research on misuses and modification of coupling coordination degree model in China",
        container="Journal of Natural Resources",
        volume="36",
        issue="3",
        pages="793-810",
        doi="10.31497/zrzyxb.20210319",
        authors_zh=("王淑佳", "孔伟", "任亮", "治丹丹", "戴彬婷"),
        title_zh="国内耦合协调度模型的误区及修正",
        container_zh="自然资源学报",
    ),
    Reference(
        key="windmeijer2005",
        authors=("Windmeijer, Frank",),
        year=2005,
        title="A finite sample correction for the variance of linear efficient two-step GMM estimators",
        container="Journal of Econometrics",
        volume="126",
        issue="1",
        pages="25-51",
        doi="10.1016/j.jeconom.2004.02.005",
    ),
    Reference(
        key="yuill1971",
        authors=("Yuill, Robert S.",),
        year=1971,
        title="The standard deviational ellipse; an updated tool for spatial description",
        container="Geografiska Annaler: Series B",
        volume="53",
        issue="1",
        pages="28-39",
        doi="10.2307/490885",
    ),
    Reference(
        key="zou2006",
        authors=("Zou, Zhihong", "Yun, Yi", "Sun, Jingnan"),
        year=2006,
        title=(
            "Entropy method for determination of weight of evaluating indicators in fuzzy synthetic"
            " evaluation for water quality assessment"
        ),
        container="Journal of Environmental Sciences",
        volume="18",
        issue="5",
        pages="1020-1023",
    ),
)

REFERENCES: dict[str, Reference] = {entry.key: entry for entry in _ENTRIES}
