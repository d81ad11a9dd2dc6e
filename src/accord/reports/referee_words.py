"""Words of the referee pack in English and Chinese."""

from __future__ import annotations

from accord.method import Text

WORDS: dict[str, Text] = {
    "pack": Text("Referee pack", "审稿材料"),
    "about": Text(
        "Every convention of this study on one page: what it is, why it is so, what the results are under the others, and "
        "how it stands beside the published study of ecological resilience and urban-rural integration in 31 provinces.",
        "本页列出研究的全部约定：内容、理由、采用其他设定时的结果，并与已发表的 31 省生态韧性与城乡融合研究对照。",
    ),
    "back": Text("The report", "研究报告"),
    "short": Text("In short", "要点"),
    "counted": Text(
        "{all} settings are listed; {both} of them the published study has too, and {differ} of these differ. "
        "Steps that one of the two leaves out: {apart}.",
        "共列出 {all} 项设定，其中 {both} 项已发表研究亦有，{differ} 项与之不同；仅一方进行的步骤 {apart} 个。",
    ),
    "changes": Text("What changes under other settings", "更换设定的影响"),
    "how": Text(
        "One setting of the scoring chain is changed at a time, all others stay, and D and its stages are computed again. All "
        "numbers are in tables/alternatives.csv; the rows have the same order.",
        "逐项更换评价链条中的一个设定、其余不变，重新计算 D 与等级。全部数值见 tables/alternatives.csv，行序一致。",
    ),
    "table_changes": Text("D, ranks and stages, one setting changed at a time", "逐项更换设定后的 D、排名与等级"),
    "row": Text("row", "行"),
    "setting": Text("setting", "设定"),
    "ours": Text("ours", "本研究"),
    "instead": Text("instead", "改为"),
    "first": Text("mean D, first year", "首年平均 D"),
    "last": Text("mean D, last year", "末年平均 D"),
    "change": Text("change", "变化"),
    "largest": Text("largest difference of D", "D 最大差"),
    "mean": Text("mean difference", "平均差"),
    "ranks": Text("rank correlation", "秩相关"),
    "staged": Text("units and years in another stage (%)", "等级改变的单元年（%）"),
    "up": Text("units in a higher stage at the end (%)", "末年等级上升的单元（%）"),
    "sign": Text("direction of the change of mean D", "平均 D 变化方向"),
    "same": Text("same", "不变"),
    "turned": Text("turned", "反向"),
    "study": Text("the study as it is", "本研究"),
    "published": Text("the published chain", "已发表研究的评价链条"),
    "refused": Text("Could not be had", "无法计算"),
    "no_numbers": Text(
        "D under other settings was not computed: {reason}.", "未计算其他设定下的 D：{reason}。"
    ),
    "left_out": Text("the plan leaves the step alternatives out, or it is a grid", "方案未选步骤“替代设定”，或数据为格网"),
    "one_by_one": Text("Conventions of the scoring chain", "评价链条的约定"),
    "with": Text(
        "With {other} (row {row}) mean D goes from {first} to {last}, where it goes from {own_first} to {own_last} here; D "
        "differs by {mean} on average and {largest} at most, {staged}the units' ranks correlate at {ranks}, and the mean D "
        "{way}.",
        "改为“{other}”（第 {row} 行）：平均 D 由 {first} 变为 {last}（本研究为 {own_first} 至 {own_last}），D 平均差 {mean}、最大差 "
        "{largest}，{staged}单元排名秩相关 {ranks}，平均 D 变化方向{way}。",
    ),
    "nothing": Text(
        "With {other} (row {row}) D stays as it is in every unit and year{staged}.",
        "改为“{other}”（第 {row} 行）：各单元各年 D 均不变{staged}。",
    ),
    "in_stage": Text("{share}% of units and years are in another stage, ", "{share}% 的样本（单元—年份）等级改变，"),
    "same_stage": Text(", and so does its stage", "，等级亦不变"),
    "some_stage": Text("; {share}% of units and years are in another stage", "；{share}% 的样本（单元—年份）等级改变"),
    "other_classes": Text(
        "; the classes are others, and {up}% of the units end in a higher one than they began in, where it is {own_up}% here",
        "；等级划分不同，{up}% 的单元末年等级高于首年（本研究为 {own_up}%）",
    ),
    "moves_same": Text("moves the same way", "不变"),
    "moves_turned": Text("moves the other way", "相反"),
    "not_had": Text("{other} (row {row}) could not be had: {reason}", "“{other}”（第 {row} 行）无法计算：{reason}"),
    "further": Text("Conventions of the further steps", "其余步骤的约定"),
    "further_how": Text(
        "These steps are not run again; what their own tables hold of the alternatives is shown below the settings.",
        "这些步骤不再重算；各步骤结果表中已有的其他设定结果列于设定之后。",
    ),
    "settings": Text("Settings", "设定"),
    "runs": Text("runs", "执行"),
    "leave": Text("leave it out", "略去"),
    "why": Text("why", "理由"),
    "others": Text("other values", "其他取值"),
    "no_others": Text("free", "可任取"),
    "beside": Text("Beside the published study", "与已发表研究对照"),
    "beside_how": Text(
        "Settings of accord new --template published. Where the publication does not state one, it is the nearest practice.",
        "为 accord new --template published 的设定；原文未说明者取最接近的通行做法。",
    ),
    "differ": Text("Settings that differ", "不同的设定"),
    "alike": Text("Settings that are the same", "相同的设定"),
    "theirs": Text("published", "已发表研究"),
    "origin": Text("in the publication", "原文"),
    "stated": Text("stated", "有说明"),
    "in part": Text("stated in part", "部分说明"),
    "reading": Text("our reading", "我们的解读"),
    "not stated": Text("not stated", "未说明"),
    "absent": Text("not in the study", "无此步骤"),
    "unset": Text("not set", "未设"),
    "same_edges": Text("{theirs}: the same edges", "{theirs}（界点相同）"),
    "same_as": Text("{theirs}: the same", "{theirs}（相同）"),
    "apart": Text("Steps and options that only one of the two has", "仅一方有的步骤与选项"),
    "whole": Text("All of them with their reasons: tables/conventions.csv.", "全部设定与理由见 tables/conventions.csv。"),
    "found_forecast": Text("Models at rolling origins", "各模型滚动起点表现"),
    "found_unit_roots": Text("Tests of all units, by form", "全部单元的各检验"),
    "found_lag_order": Text("Criteria of all units, by lags", "全部单元的各阶准则"),
    "found_pvar": Text("Every estimator of all units", "全部单元的各估计量"),
    "found_inequality": Text("Measures of inequality, first year and last", "各差异指标的首年与末年值"),
    "in_table": Text("from table {name}", "取自表 {name}"),
}  # fmt: skip
