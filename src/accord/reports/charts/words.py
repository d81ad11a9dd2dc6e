"""What the charts say beside the words they share with figures, in two languages.

A key with `_undivided` behind it stands for the key where the units are in no regions, one with `_past` where there is
no forecast; `Material.say` chooses.
"""

from __future__ import annotations

from accord.method import Text

SAYS: dict[str, Text] = {
    "instead": Text(
        "This chart is interactive where the page's scripts run; as a figure it is figures/{name}.pdf.",
        "本图在允许脚本的浏览器中可交互；静态图见 figures/{name}.pdf。",
    ),
    "year": Text("Year", "年份"),
    "forecast_year": Text("{year} (forecast)", "{year}（预测）"),
    "unit": Text("Unit", "单元"),
    "region": Text("Region", "地区"),
    "region_undivided": Text("Group", "组别"),
    "regions": Text("Regions", "地区"),
    "group": Text("Group", "组别"),
    "stage": Text("Stage", "等级"),
    "likely": Text("Probability of the stage", "该等级的概率"),
    "d": Text("D", "D"),
    "mean": Text("Mean D", "D均值"),
    "band": Text("{level}% band", "{level}%区间"),
    "no_data": Text("no data", "无数据"),
    "forecast": Text("forecast", "预测"),
    "ahead": Text(" (forecast)", "（预测）"),
    "all": Text("All", "全选"),
    "none": Text("None", "全不选"),
    "single": Text("Single units", "单个单元"),
    "choose": Text("Type a name", "输入名称"),
    "name": Text("Name", "名称"),
    "sure": Text(" (calibrated)", "（经校准）"),
    "unsure": Text(" (model-based)", "（基于模型）"),
    "fans_caption": Text(
        "Mean D of the units of the group chosen and its forecast to {last}, with bands; bands called model-based promise "
        "more than the misses at the rolling origins can, and widen as a random walk",
        "所选组别单元D的均值及其至{last}年的预测与区间；“基于模型”的区间超出滚动起点误差所能保证的范围，按随机游走放宽",
    ),
    "fans_described": Text(
        "Mean D of a region, or of all units, over the years, with its forecast and bands. Choose the group from the list. "
        "The same numbers are in tables/regions.csv and tables/forecast_regions.csv.",
        "某一地区（或全部单元）D均值的历史、预测与区间，可从列表选择组别。数值见 tables/regions.csv 与 tables/forecast_regions.csv。",
    ),
    "fans_caption_undivided": Text(
        "Mean D of all units and its forecast to {last}, with bands; bands called model-based promise more than the misses "
        "at the rolling origins can, and widen as a random walk",
        "全部单元D的均值及其至{last}年的预测与区间；“基于模型”的区间超出滚动起点误差所能保证的范围，按随机游走放宽",
    ),
    "fans_described_undivided": Text(
        "Mean D of all units over the years, with its forecast and bands. The same numbers are in tables/regions.csv and "
        "tables/forecast_regions.csv.",
        "全部单元D均值的历史、预测与区间。数值见 tables/regions.csv 与 tables/forecast_regions.csv。",
    ),
    "units_caption": Text(
        "D of a unit and its forecast to {last}, with bands, beside the mean of its region (dashed)",
        "所选单元D及其至{last}年的预测与区间，虚线为所在地区均值",
    ),
    "units_caption_undivided": Text(
        "D of a unit and its forecast to {last}, with bands, beside the mean of all units (dashed)",
        "所选单元D及其至{last}年的预测与区间，虚线为全部单元均值",
    ),
    "units_described": Text(
        "D of one unit over the years, with its forecast and bands. Choose the unit from the list. The same numbers are in "
        "tables/coordination.csv and tables/forecast.csv.",
        "某一单元D的历史、预测与区间，可从列表选择单元。数值见 tables/coordination.csv 与 tables/forecast.csv。",
    ),
    "region_mean": Text("mean of the region", "所在地区均值"),
    "whole_mean": Text("mean of all units", "全部单元均值"),
    "heat_caption": Text(
        "Coupling coordination degree D of the units, {first}–{last}, and the path of the unit chosen with its forecast; "
        "click a row or take a unit from the list",
        "{first}—{last}年各单元耦合协调度D，以及所选单元的历史与预测（点击行或从列表选择）",
    ),
    "heat_caption_past": Text(
        "Coupling coordination degree D of the units, {first}–{last}, and the path of the unit chosen; click a row or take a "
        "unit from the list",
        "{first}—{last}年各单元耦合协调度D，以及所选单元的变化路径（点击行或从列表选择）",
    ),
    "heat_many": Text(
        "Mean D of the regions, {first}–{last}, and the path of the unit chosen with its forecast",
        "{first}—{last}年各地区D均值，以及所选单元的历史与预测",
    ),
    "heat_many_past": Text(
        "Mean D of the regions, {first}–{last}, and the path of the unit chosen",
        "{first}—{last}年各地区D均值，以及所选单元的变化路径",
    ),
    "heat_described": Text(
        "Heat map of D, a row for each unit or region and a column for each year, and beside it the path of one unit. "
        "Choose the unit from the list. The same numbers are in tables/coordination.csv.",
        "D的热力图（行为单元或地区，列为年份），旁为某一单元的变化路径，可从列表选择单元。数值见 tables/coordination.csv。",
    ),
    "heat_described_undivided": Text(
        "Heat map of D, a row for each unit and a column for each year, and beside it the path of one unit. Choose the unit "
        "from the list. The same numbers are in tables/coordination.csv.",
        "D的热力图（行为单元，列为年份），旁为某一单元的变化路径，可从列表选择单元。数值见 tables/coordination.csv。",
    ),
    "start": Text("{name}: ", "{name}："),
    "of_region": Text("{name} ({region})", "{name}（{region}）"),
    "now": Text("{year} D = {d}, stage {stage}", "{year}年D = {d}，等级{stage}"),
    "none_now": Text("{year} no data", "{year}年无数据"),
    "mean_now": Text("; mean of the region {d}", "；所在地区均值{d}"),
    "whole_now": Text("; mean of all units {d}", "；全部单元均值{d}"),
    "then": Text(
        "; forecast for {year} D = {d} (80% band {low} to {high}), stage {stage}",
        "；{year}年预测D = {d}（80%区间{low}至{high}），等级{stage}",
    ),
    "stop": Text(".", "。"),
    "range": Text("lowest to highest unit of the region", "地区内最低至最高单元"),
    "range_undivided": Text("lowest to highest unit", "最低至最高单元"),
    "paths_caption": Text(
        "Coupling coordination degree D by region, {first}–{last}: means bold, single units thin in the colour of their region; "
        "tick the regions to be shown",
        "{first}—{last}年各地区耦合协调度D：粗线为均值，细线为单个单元（颜色同所在地区），可勾选地区",
    ),
    "paths_caption_undivided": Text(
        "Coupling coordination degree D, {first}–{last}: mean of all units bold, single units thin",
        "{first}—{last}年耦合协调度D：粗线为全部单元均值，细线为单个单元",
    ),
    "paths_listed": Text(
        "Coupling coordination degree D by region, {first}–{last}: means bold, single units thin; take a region from the list",
        "{first}—{last}年各地区耦合协调度D：粗线为均值，细线为单个单元，可从列表选择地区",
    ),
    "paths_many": Text(
        "Coupling coordination degree D by region, {first}–{last}: means of the units and their range",
        "{first}—{last}年各地区耦合协调度D：单元均值与最低至最高范围",
    ),
    "paths_many_undivided": Text(
        "Coupling coordination degree D, {first}–{last}: mean of all units and their range",
        "{first}—{last}年耦合协调度D：全部单元均值与最低至最高范围",
    ),
    "paths_described": Text(
        "Lines of D over the years: the mean of each region and its units. Tick the regions to be shown. The same numbers "
        "are in tables/regions.csv and tables/coordination.csv.",
        "各地区D均值及其单元随年份变化的折线，可勾选要显示的地区。数值见 tables/regions.csv 与 tables/coordination.csv。",
    ),
    "paths_described_undivided": Text(
        "Lines of D over the years: the mean of all units and the units. The same numbers are in tables/regions.csv and "
        "tables/coordination.csv.",
        "全部单元D均值及各单元随年份变化的折线。数值见 tables/regions.csv 与 tables/coordination.csv。",
    ),
    "curves_caption": Text(
        "Kernel density of D by region in the year chosen, over that of {first} ({first}–{last}); panels have scales of their own",
        "各地区所选年份D的核密度，与{first}年对照（{first}—{last}年；各分图纵轴刻度不同）",
    ),
    "curves_caption_undivided": Text(
        "Kernel density of D over all units in the year chosen, over that of {first} ({first}–{last})",
        "全部单元所选年份D的核密度，与{first}年对照（{first}—{last}年）",
    ),
    "curves_described": Text(
        "Density of D over the units of each region in one year. Choose the year with the slider. The same numbers are in "
        "tables/density.csv.",
        "各地区单元D在某一年的核密度，用滑块选择年份。数值见 tables/density.csv。",
    ),
    "curves_described_undivided": Text(
        "Density of D over all units in one year. Choose the year with the slider. The same numbers are in "
        "tables/density.csv.",
        "全部单元D在某一年的核密度，用滑块选择年份。数值见 tables/density.csv。",
    ),
    "chosen_year": Text("the year chosen", "所选年份"),
    "first_year": Text("the first year, {year}", "首年{year}"),
    "unit_ticks": Text("the units in the year chosen", "所选年份的各单元"),
    "irf_caption": Text(
        "Responses to a shock of one standard deviation in the group chosen; panels of a row have one scale, and what the "
        "order of the variables sets to zero is no evidence",
        "所选组别对一个标准差冲击的脉冲响应（同一响应变量刻度一致，由变量次序设定的零值不构成证据）",
    ),
    "irf_described": Text(
        "Impulse responses of the panel VAR with their bands, a panel for each response and shock. Choose the group from the "
        "list. The same numbers are in tables/irf.csv.",
        "面板VAR的脉冲响应及其区间，每个响应与冲击一幅，可从列表选择组别。数值见 tables/irf.csv。",
    ),
    "irf_described_undivided": Text(
        "Impulse responses of the panel VAR with their bands, a panel for each response and shock. The same numbers are in "
        "tables/irf.csv.",
        "面板VAR的脉冲响应及其区间，每个响应与冲击一幅。数值见 tables/irf.csv。",
    ),
    "response": Text("Response", "响应"),
    "irf_band": Text("Band", "区间"),
    "map_caption": Text(
        "Coordination stages of the units, {first}–{last}, year by year",
        "{first}—{last}年各单元的协调等级（逐年）",
    ),
    "map_caption_ahead": Text(
        "Coordination stages of the units, {first}–{last}, as the leading model forecasts them from {ahead} on (hatched)",
        "{first}—{last}年各单元的协调等级（{ahead}年起为主导模型的预测，以斜线标示）",
    ),
    "map_described": Text(
        "Map of the units in the colours of their coordination stages in one year. Choose the year with the slider. The "
        "same numbers are in tables/coordination.csv and tables/forecast.csv.",
        "各单元某一年协调等级的地图，用滑块选择年份。数值见 tables/coordination.csv 与 tables/forecast.csv。",
    ),
    "map_described_past": Text(
        "Map of the units in the colours of their coordination stages in one year. Choose the year with the slider. The "
        "same numbers are in tables/coordination.csv.",
        "各单元某一年协调等级的地图，用滑块选择年份。数值见 tables/coordination.csv。",
    ),
    "hatched": Text("forecast years (hatched)", "预测年份（斜线）"),
}


def say(key: str, language: str, **places: object) -> str:
    """A phrase with its places filled."""
    return str(getattr(SAYS[key], language)).format(**places)
