"""What the charts say beside the words they share with figures, in two languages."""

from __future__ import annotations

from accord.method import Text

SAYS: dict[str, Text] = {
    "instead": Text(
        "This chart can be moved where the page's scripts run; as a figure it is figures/{name}.pdf.",
        "本图在允许脚本的浏览器中可交互；静态图见 figures/{name}.pdf。",
    ),
    "year": Text("Year", "年份"),
    "forecast_year": Text("{year} (forecast)", "{year}（预测）"),
    "unit": Text("Unit", "单元"),
    "region": Text("Region", "地区"),
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
    "all": Text("All regions", "全部地区"),
    "single": Text("Single units", "单个单元"),
    "choose": Text("Type a name", "输入名称"),
    "map_caption": Text(
        "Coordination stages of the units, {first}–{last}; places without data are grey",
        "{first}—{last}年各单元的协调等级（灰色为无数据）",
    ),
    "map_caption_ahead": Text(
        "Coordination stages of the units, {first}–{last}, as the leading model forecasts them from {ahead} on (hatched); "
        "places without data are grey",
        "{first}—{last}年各单元的协调等级（{ahead}年起为主导模型的预测，以斜线标示；灰色为无数据）",
    ),
    "map_described": Text(
        "Map of the units in the colours of their coordination stages in one year. Choose the year with the slider. The "
        "same numbers are in tables/coordination.csv and tables/forecast.csv.",
        "各单元某一年协调等级的地图，用滑块选择年份。数值见 tables/coordination.csv 与 tables/forecast.csv。",
    ),
    "hatched": Text("forecast years (hatched)", "预测年份（斜线）"),
}


def say(key: str, language: str, **places: object) -> str:
    """A phrase with its places filled."""
    return str(getattr(SAYS[key], language)).format(**places)
