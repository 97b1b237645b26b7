"""Sets weather.percentiles_v1: percentiles of temperatures, of rain on days with rain, and of wind."""

import json


def percentile(values, percent):
    """Linear interpolation between the two closest ranks."""
    ordered = sorted(values)
    rank = (len(ordered) - 1) * percent / 100
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)


def percentiles_of(days, percents):
    columns = {
        "temp_max": days["temp_max"],
        "temp_min": days["temp_min"],
        "rain": [rain for rain in days["precipitation"] if rain > 0],
        "wind": days["wind"],
    }
    return {
        "percents": percents,
        "values": {
            name: [round(percentile(values, percent), 2) for percent in percents] for name, values in columns.items()
        },
    }


class Percentiles:
    def validate(self, ctx, params):
        percents = params.get("percents", [])
        if not percents or not all(0 <= percent <= 100 for percent in percents):
            raise ValueError("percents must be a list of numbers from 0 to 100")

    def run(self, ctx, params):
        value = percentiles_of(ctx.get("weather.days_v1"), params["percents"])
        ctx.set("weather.percentiles_v1", value, who="percentiles")
        print(json.dumps({"status": "ok", "outputs": ["weather.percentiles_v1"]}))
        return 0
