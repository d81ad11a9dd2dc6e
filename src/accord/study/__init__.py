"""A study is a panel and a plan: the indicator system, the panel, the plan, and what follows from them."""
