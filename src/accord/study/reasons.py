"""Why the defaults are what they are, and which settings the published study states."""

from __future__ import annotations

from accord.method import Text

STATED = {
    ("filled", "inside"), ("weights", "method"), ("coupling", "weights"), ("forecast", "method"), ("forecast", "rate"),
    ("forecast", "iterations"), ("forecast", "optimiser"), ("forecast", "holdout"), ("forecast", "until"), ("unit_roots", "tests"),
    ("unit_roots", "transform"), ("pvar", "lags"), ("pvar", "difference"), ("irf", "shock"),
}  # fmt: skip
"""Settings that the publication states."""
IN_PART = {("pvar", "leader")}
"""Settings of which it states a part: GMM, and not in how many steps."""
READING = {
    ("normalise", "method"), ("coupling", "method"), ("coupling", "root"), ("stages", "method"), ("stages", "edges"),
    ("stages", "names"), ("stages", "names_zh"), ("density", "bandwidth"), ("forecast", "iteration"), ("pvar", "style"),
    ("pvar", "time_effects"), ("lag_order", "method"), ("pvar", "method"), ("density", "method"),
}  # fmt: skip
"""Settings that are our reading of what it says."""
WHY: dict[tuple[str, str], Text] = {
    ("filled", "inside"): Text(
        "A gap between two observations is filled on the straight line between them; every filled cell is listed.",
        "观测值之间的缺失按线性插值填补，填补的单元格逐一列出。",
    ),
    ("filled", "ends"): Text(
        "At the ends the nearest observation is held: a trend drawn on from few years can leave the range of the data.",
        "两端沿用最近的观测值：由少数年份外推的趋势可能超出数据范围。",
    ),
    ("normalise", "frame"): Text(
        "Bounds are those of all units and years, so that indices of different years can be compared.",
        "以全部单元与年份的极值标准化，使不同年份的指数可比。",
    ),
    ("normalise", "target_rule"): Text(
        "An indicator with a target scores 1 less its distance over the largest distance, so 1 means on the target.",
        "适度指标以距目标的相对距离计分，得 1 表示恰在目标。",
    ),
    ("weights", "method"): Text(
        "Entropy weights need no judgement of the authors and are what the field uses; they weigh skewed indicators "
        "heavily, which is why the other weights stand beside them.",
        "熵权不依赖主观判断，为领域通行做法；但偏态指标权重偏大，故与其他赋权法并列。",
    ),
    ("weights", "zeros"): Text(
        "The term z ln z is 0 at z = 0, its limit; adding a constant changes weights by an amount that depends on it.",
        "z = 0 时 z ln z 取其极限 0；加常数会使权重随常数而变。",
    ),
    ("index", "method"): Text(
        "A weighted sum lets a strong indicator make up for a weak one; a geometric mean is 0 where one indicator is.",
        "加权求和允许指标间互补；几何平均只要一个指标为 0 则指数为 0。",
    ),
    ("rescale_index", "method"): Text(
        "Indices are left as they are: stretching each to the same interval changes stages near the edges and makes "
        "levels depend on the extreme units.",
        "指数不再缩放：拉伸到同一区间会改变界点附近的等级，且水平取决于极端单元。",
    ),
    ("coupling", "method"): Text(
        "The standard degree, geometric over arithmetic mean, is what most studies print; the others set another level "
        "of C and with it of D.",
        "标准形式（几何平均与算术平均之比）最为通行；其他形式改变 C 的水平，D 随之改变。",
    ),
    ("coupling", "root"): Text(
        "With the root C is the ratio of two means; without it values and stages are lower.",
        "开根号时 C 为两种平均之比；不开根号则数值与等级偏低。",
    ),
    ("coupling", "weights"): Text(
        "The subsystems count alike in T unless the question says otherwise.", "除非研究问题另有要求，各子系统在 T 中等权。"
    ),
    ("stages", "method"): Text(
        "Ten stages in steps of 0.1 are the usual table; the edges are conventions and no property of the data.",
        "以 0.1 为步长的十级最为通行；界点是约定，并非数据的性质。",
    ),
    ("stages", "edges"): Text(
        "The edges are conventions and no property of the data; D itself does not depend on them.",
        "界点是约定，并非数据的性质；D 本身与之无关。",
    ),
    ("stages", "names"): Text(
        "Names in English are translations of the Chinese ones and differ between studies; no number depends on them.",
        "英文名称译自中文，各研究译法不一，不影响任何数值。",
    ),
    ("stages", "names_zh"): Text(
        "Names in Chinese differ between studies where the edges do; no number depends on them.",
        "中文名称随分级方案而异，不影响任何数值。",
    ),
    ("stages", "closed"): Text(
        "A value on an edge belongs to the stage above it, as in most software.", "恰在界点的值归入较高一级，与多数软件一致。"
    ),
    ("lag_type", "low"): Text("A subsystem lags where its index is below 0.8 of the other's.", "指数比低于 0.8 判为滞后。"),
    ("lag_type", "high"): Text("And leads above 1.2; the cut-offs are conventions.", "高于 1.2 判为超前；界值为约定。"),
    ("density", "kernel"): Text("The kernel matters little beside the bandwidth.", "核函数的影响远小于带宽。"),
    ("density", "bandwidth"): Text(
        "Silverman's rule moves with the spread and always exists; Sheather and Jones's follows bumps more closely and "
        "can fail in small groups.",
        "Silverman 法则随离散程度而变且总能求得；Sheather-Jones 法更贴合局部起伏，小组中可能无解。",
    ),
    ("obstacle", "scope"): Text(
        "Shares within a subsystem do not depend on how the subsystems are weighed in T.", "子系统内的占比不受 T 的权重影响。"
    ),
    ("transitions", "method"): Text("Stages and quantiles answer different questions and stand apart.", "按等级与按分位数回答不同的问题，分别列出。"),
    ("space", "method"): Text("Units with a common border are neighbours.", "有共同边界者为邻。"),
    ("forecast", "method"): Text(
        "A mean of three simple models is hard to beat in 8 to 25 years; the published network and the naive forecast "
        "stand beside it, judged in the same years.",
        "在 8 至 25 年的序列上，三个简单模型的平均很难被超越；原文网络与朴素预测并列，在相同年份评判。",
    ),
    ("forecast", "members"): Text("So many networks that their mean hardly depends on the seed.", "网络数足以使均值几乎不随随机种子变动。"),
    ("forecast", "hidden"): Text("A small network: there are few years to learn from.", "可供学习的年份少，故用小网络。"),
    ("forecast", "iterations"): Text("Adam settles in far fewer steps than plain gradient descent.", "Adam 所需步数远少于普通梯度下降。"),
    ("forecast", "rate"): Text("The step that goes with the optimiser.", "与优化器相配的步长。"),
    ("forecast", "iteration"): Text(
        "Adam settles on a few samples drawn for each step; the publication does not say what one of its iterations is.",
        "Adam 每步只需随机抽取少量样本；原文未说明一次迭代的含义。",
    ),
    ("forecast", "optimiser"): Text("Adam settles sooner than plain gradient descent.", "Adam 收敛快于普通梯度下降。"),
    ("forecast", "holdout"): Text(
        "Models are judged at rolling origins; the last years held out, as published, stand beside that.",
        "模型以滚动起点评判；原文的末期留出检验并列。",
    ),
    ("forecast", "until"): Text("Eight years unless named; bands widen each year.", "未指定时预测八年；区间逐年变宽。"),
    ("forecast", "route"): Text("D is forecast itself; by way of the indices two errors add up.", "直接预测 D；经由指数则误差叠加。"),
    ("unit_roots", "trend"): Text(
        "Levels that drift are tested around a trend: without one a trend looks like a unit root.",
        "水平值有趋势时以含趋势项检验：不含趋势项会把趋势误作单位根。",
    ),
    ("unit_roots", "convention"): Text(
        "Statistics follow the papers; programs differ in lags and in small-sample terms.", "统计量依原论文；各软件在滞后与小样本项上不同。"
    ),
    ("unit_roots", "dependence"): Text(
        "Where units move together the p-values are simulated with that dependence.", "单元相依时，p 值在该相依下模拟。"
    ),
    ("lag_order", "max_lags"): Text("More lags than three leave too few years.", "滞后超过三阶则所余年份过少。"),
    ("pvar", "style"): Text(
        "One step and collapsed instruments keep the number of moments below the number of units.",
        "一步估计并合并工具变量列，使矩条件数少于单元数。",
    ),
    ("pvar", "leader"): Text(
        "With few years and slowly moving indices the instruments of GMM are weak: fixed effects corrected for their bias "
        "lead, and every other estimator stands beside them. The publication states GMM; two steps are those of Stata's pvar.",
        "年份少且指数变动缓慢时 GMM 的工具变量较弱：以纠偏固定效应为准，其余估计量并列。原文说明用 GMM；两步为 Stata pvar 的做法。",
    ),
    ("pvar", "difference"): Text(
        "One decision for all groups, so that their coefficients can be compared.", "各组采用同一差分决定，系数方可比较。"
    ),
    ("pvar", "time_effects"): Text(
        "What all units share in a year would pass for an effect of one variable on the other.",
        "各单元同年的共同变动会被误作变量之间的影响。",
    ),
    ("pvar", "order"): Text(
        "In the order of the indicator table; the first variable does not answer others in the same year.",
        "按指标表次序；靠前变量在当年不受靠后变量影响。",
    ),
    ("irf", "bands"): Text("Percentiles need no symmetric law.", "百分位区间不要求分布对称。"),
    ("irf", "bootstrap"): Text(
        "Panels drawn again carry the bias of few years; draws from the normal law of the coefficients do not.",
        "重抽面板可反映年份少带来的偏误；从系数正态分布抽样则不能。",
    ),
    ("irf", "draws"): Text("Enough that the bands do not depend on the seed.", "足以使区间不随随机种子变动。"),
}  # fmt: skip
"""Why a default is what it is, by step and setting."""
LIKE = {
    ("unit_roots", "difference"): ("pvar", "difference"), ("lag_order", "time_effects"): ("pvar", "time_effects"),
    ("pvar", "collapse"): ("pvar", "style"), ("pvar", "instrument_lags"): ("pvar", "style"),
    ("fevd", "draws"): ("irf", "draws"), ("fevd", "bootstrap"): ("irf", "bootstrap"), ("plane", "root"): ("coupling", "root"),
    ("pairwise", "root"): ("coupling", "root"), ("plane", "variant"): ("coupling", "method"),
    ("pairwise", "variant"): ("coupling", "method"),
}  # fmt: skip
"""Settings that are chosen for the reason of another."""
ADDED = Text(
    "The published study does not have this step; here it runs unless the plan leaves it out.",
    "已发表研究无此步骤；本研究默认执行，可在方案中略去。",
)


def reason(step: str, setting: str, published: str) -> Text:
    """Why a setting is what it is by default; nothing where there is no more to it than its name.

    Examples
    --------
    >>> reason("obstacle", "method", "false").en[:34]
    'The published study does not have '
    """
    if setting == "method" and published == "false":
        return ADDED
    place = (step, setting)
    return WHY.get(LIKE.get(place, place), Text("", ""))
