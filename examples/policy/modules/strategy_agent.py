"""A module service: GET /health, GET /metadata, POST /execute. Started as `python3 strategy_agent.py [PORT] [HOST]`."""

import json
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = "strategy-agent"


def percent(share, digits=1):
    return f"{share * 100:.{digits}f}%"


def brief(scenario, results):
    """A page for who decides, of what the simulator found."""
    found = results["policy-simulator"]
    kpis, rate = found["kpis"], found["vat_rate"]
    low, high = kpis["gdp_growth_range"]
    direction = "raises" if rate["to"] > rate["from"] else "lowers" if rate["to"] < rate["from"] else "keeps"
    trade = kpis["gdp_level_change"] * kpis["revenue_change"]
    advice = (
        "Nothing changes: there is nothing to decide."
        if kpis["revenue_change"] == 0
        else "Growth is bought with revenue. Name what is cut, or what is borrowed, before the rate is."
        if kpis["revenue_change"] < 0 and trade < 0
        else "Revenue is bought with growth. Say what the money is for: the model does not know it."
    )
    return "\n".join(
        [
            f"# VAT in the {found['country']}: {percent(rate['from'])} to {percent(rate['to'])}",
            "",
            f"Scenario `{scenario}`. The change {direction} the rate.",
            "",
            "| | |",
            "|---|---|",
            f"| growth a year | {percent(kpis['gdp_growth'], 2)} ({percent(low, 2)} to {percent(high, 2)}) |",
            f"| GDP in the last year, against no change | {percent(kpis['gdp_level_change'], 2)} |",
            f"| revenue, of GDP a year | {percent(kpis['revenue_change'], 2)} |",
            "",
            advice,
            "",
        ]
    )


def execute(body):
    results = body.get("inputs", {}).get("results", {})
    if "policy-simulator" not in results:
        return {"status": "error", "module": NAME, "error": "inputs.results has nothing of policy-simulator: name it before this module"}
    text = brief(body.get("metadata", {}).get("scenario_id", ""), results)
    return {
        "status": "ok",
        "module": NAME,
        "outputs": {"brief": "brief.md", "headline": text.splitlines()[0].lstrip("# ")},
        "artifacts": [{"name": "brief.md", "content": text}],
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, {"status": "ok"})
        if self.path == "/metadata":
            return self.answer(200, {"name": NAME, "version": "1.0.0", "description": "A brief of what the policy simulator found"})
        self.answer(404, {"status": "error", "module": NAME, "error": "no such route"})

    def do_POST(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/execute":
            return self.answer(404, {"status": "error", "module": NAME, "error": "no such route"})
        try:
            self.answer(200, execute(json.loads(data)))
        except json.JSONDecodeError:
            self.answer(400, {"status": "error", "module": NAME, "error": "the body is not JSON"})

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8102
    host = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        sys.exit(f"{NAME} cannot listen on {host}:{port}: {error.strerror}")
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, lambda *_: sys.exit(0))
    print(f"{NAME} listens on http://{host}:{server.server_port}", file=sys.stderr, flush=True)
    server.serve_forever()
