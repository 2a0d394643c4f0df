//! The timeline: a bar for each wave and under it one for each server, drawn as SVG in pieces that fit on a page.

use contract::{ServerRun, WaveRun};

use super::waves::{server_class, wave_class};
use crate::markup::Markup;
use crate::model::Report;
use crate::text::{beginning_of, clock};

const WIDTH: f64 = 1_000.0;
/// Where bars begin; left of it are names.
const LEFT: f64 = 210.0;
const RIGHT: f64 = 950.0;
const ROW: f64 = 20.0;
const AXIS: f64 = 30.0;
/// Rows of a piece: with its axis it takes some two thirds of an A4 page, so that it is not torn apart.
const ROWS: usize = 36;
/// Servers of a wave that are drawn. More bars tell nobody more; the tables have them all.
const SERVERS: usize = 24;
/// Characters of a name that fit left of the bars.
const NAME: usize = 27;

const LEGEND: [(&str, &str); 5] = [
    ("path", "wave on the critical path ◆"),
    ("wave", "other wave"),
    ("launch", "server is launched"),
    ("check", "health checks"),
    ("bad", "did not succeed"),
];

enum Row<'a> {
    Wave { wave: &'a WaveRun, critical: bool },
    Server { wave: &'a WaveRun, server: &'a ServerRun },
    More(usize),
}

/// Seconds since the start of the execution, as places on the drawing.
struct Scale {
    start: i64,
    now: i64,
    end: i64,
    target: Option<i64>,
}

impl Scale {
    fn of(report: &Report) -> Self {
        let start = report.execution.summary.started_at;
        let servers = report.execution.waves.iter().flat_map(|wave| &wave.servers);
        let of_servers = servers.flat_map(|server| [server.launched_at, server.checked_at]);
        let of_waves = report.execution.waves.iter().flat_map(|wave| [wave.started_at, wave.ended_at]);
        let ended = report.execution.summary.ended_at;
        let now = ended.unwrap_or(report.generated_at);
        let last = of_servers.chain(of_waves).flatten().chain([now, start + 60]).max().unwrap_or(start + 60);
        let target = report.rto.target_minutes.map(|minutes| i64::from(minutes) * 60);
        // A target that lies far beyond would press all bars together.
        let target = target.filter(|target| *target <= (last - start) * 2);
        let end = (last - start).max(target.unwrap_or_default());
        Self { start, now, end, target }
    }

    fn place(&self, seconds: i64) -> f64 {
        LEFT + (RIGHT - LEFT) * seconds.clamp(0, self.end) as f64 / self.end as f64
    }

    /// From and to, as a place and a width that can be seen.
    fn span(&self, from: i64, to: i64) -> (f64, f64) {
        let (from, to) = (self.place(from - self.start), self.place(to - self.start));
        (from, (to - from).max(2.0))
    }

    /// Seconds between two lines of the axis: the smallest round step that leaves eight of them at most.
    fn step(&self) -> i64 {
        const STEPS: [i64; 11] = [10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];
        STEPS.into_iter().find(|step| self.end / step <= 8).unwrap_or((self.end / 8).max(1))
    }
}

/// The section with the drawing.
pub(super) fn section(page: &mut Markup, report: &Report) {
    if report.execution.waves.is_empty() {
        return;
    }
    let rows = rows(report);
    let scale = Scale::of(report);
    page.raw("<section><h2>Timeline</h2><p class=\"legend\">");
    for (class, meaning) in LEGEND {
        page.raw("<span><span class=\"key ").raw(class).raw("\"></span>").raw(meaning).raw("</span>");
    }
    page.raw("<span>Time since the start, h:mm:ss</span></p>\n");
    for piece in pieces(&rows) {
        draw(page, &scale, piece);
    }
    page.raw("</section>\n");
}

fn rows(report: &Report) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for wave in &report.execution.waves {
        rows.push(Row::Wave { wave, critical: report.critical_path.contains(&wave.name) });
        let mut servers: Vec<&ServerRun> = wave.servers.iter().collect();
        if servers.len() > SERVERS {
            // What went wrong, and what took longest.
            servers
                .sort_by_key(|one| (one.status.is_success(), std::cmp::Reverse(one.checked_at.max(one.launched_at))));
        }
        let more = servers.len().saturating_sub(SERVERS);
        rows.extend(servers.into_iter().take(SERVERS).map(|server| Row::Server { wave, server }));
        if more > 0 {
            rows.push(Row::More(more));
        }
    }
    rows
}

/// The rows in pieces that fit on a page; one begins with a wave wherever that leaves it at least half full.
fn pieces<'a, 'b>(mut rows: &'a [Row<'b>]) -> Vec<&'a [Row<'b>]> {
    let mut pieces = Vec::new();
    while rows.len() > ROWS {
        let wave = rows[ROWS / 2..=ROWS].iter().rposition(|row| matches!(row, Row::Wave { .. }));
        let (piece, rest) = rows.split_at(wave.map_or(ROWS, |position| ROWS / 2 + position));
        pieces.push(piece);
        rows = rest;
    }
    pieces.push(rows);
    pieces
}

fn draw(page: &mut Markup, scale: &Scale, rows: &[Row<'_>]) {
    let height = AXIS + ROW * rows.len() as f64 + 6.0;
    page.raw("<svg role=\"img\" aria-label=\"Timeline of waves and servers\" viewBox=\"0 0 ").at(WIDTH).raw(" ");
    page.at(height).raw("\">");
    axis(page, scale, height);
    for (index, row) in rows.iter().enumerate() {
        let top = AXIS + ROW * index as f64;
        match row {
            Row::Wave { wave, critical } => draw_wave(page, scale, top, wave, *critical),
            Row::Server { wave, server } => draw_server(page, scale, top, wave, server),
            Row::More(more) => {
                label(page, "more", top, 24.0, &format!("{more} more in the table below"));
            }
        }
    }
    page.raw("</svg>\n");
}

fn axis(page: &mut Markup, scale: &Scale, height: f64) {
    let step = scale.step();
    let near =
        |seconds: i64| scale.target.is_some_and(|target| (scale.place(target) - scale.place(seconds)).abs() < 75.0);
    for seconds in (0..=scale.end / step).map(|line| line * step) {
        line(page, "grid", scale.place(seconds), 18.0, height);
        // The label of the target needs the room.
        if !near(seconds) {
            page.raw("<text class=\"tick\" text-anchor=\"middle\" y=\"12\" x=\"").at(scale.place(seconds)).raw("\">");
            page.text(clock(seconds)).raw("</text>");
        }
    }
    if let Some(target) = scale.target {
        let place = scale.place(target);
        line(page, "target", place, 16.0, height);
        page.raw("<text class=\"target\" text-anchor=\"middle\" y=\"12\" x=\"").at(place.min(WIDTH - 70.0));
        page.raw("\">RTO target ").text(clock(target)).raw("</text>");
    }
}

fn line(page: &mut Markup, class: &'static str, x: f64, from: f64, to: f64) {
    page.raw("<line class=\"").raw(class).raw("\" x1=\"").at(x).raw("\" x2=\"").at(x).raw("\" y1=\"").at(from);
    page.raw("\" y2=\"").at(to).raw("\"/>");
}

fn label(page: &mut Markup, class: &'static str, top: f64, x: f64, text: &str) {
    page.raw("<text class=\"").raw(class).raw("\" x=\"").at(x).raw("\" y=\"").at(top + 14.0).raw("\">");
    page.text(beginning_of(text, NAME)).raw("</text>");
}

/// A bar; `title` is shown when one points at it.
fn bar(page: &mut Markup, class: &'static str, (x, width): (f64, f64), (y, height): (f64, f64), title: &str) {
    page.raw("<rect rx=\"2\" class=\"").raw(class).raw("\" x=\"").at(x).raw("\" y=\"").at(y).raw("\" width=\"");
    page.at(width).raw("\" height=\"").at(height).raw("\"><title>").text(title).raw("</title></rect>");
}

fn draw_wave(page: &mut Markup, scale: &Scale, top: f64, wave: &WaveRun, critical: bool) {
    let name = if critical { format!("◆ {}", wave.name) } else { wave.name.clone() };
    label(page, if critical { "name path" } else { "name" }, top, 6.0, &name);
    let Some(started) = wave.started_at else {
        page.raw("<text class=\"tick\" x=\"").at(LEFT + 4.0).raw("\" y=\"").at(top + 14.0).raw("\">");
        page.text(wave.status.as_str()).raw(", nothing was launched</text>");
        return;
    };
    let ended = wave.ended_at.unwrap_or(scale.now);
    let class = match (wave_class(wave.status), critical) {
        ("bad", _) => "bad",
        (_, true) => "path",
        (_, false) => "wave",
    };
    let title =
        format!("{} {}: {} to {}", wave.name, wave.status, clock(started - scale.start), clock(ended - scale.start));
    bar(page, class, scale.span(started, ended), (top + 4.0, 13.0), &title);
}

fn draw_server(page: &mut Markup, scale: &Scale, top: f64, wave: &WaveRun, server: &ServerRun) {
    let failed = server_class(server.status) == "bad";
    label(page, if failed { "failed" } else { "server" }, top, 24.0, &server.hostname);
    let Some(started) = server.started_at else { return };
    let title = |what: &str, from: i64, to: i64| {
        format!("{} {what}: {} to {}", server.hostname, clock(from - scale.start), clock(to - scale.start))
    };
    // Nothing records when a launch was given up, so its bar ends where the launches of its wave do.
    let given_up = wave.launched_at.or(wave.ended_at).unwrap_or(scale.now).max(started);
    let launched = server.launched_at.unwrap_or(given_up);
    let class = if failed && server.launched_at.is_none() { "bad" } else { "launch" };
    bar(page, class, scale.span(started, launched), (top + 6.0, 9.0), &title("launch", started, launched));
    if let Some((launched, checked)) = server.launched_at.zip(server.checked_at) {
        let class = if failed { "bad" } else { "check" };
        bar(page, class, scale.span(launched, checked), (top + 6.0, 9.0), &title("health checks", launched, checked));
    }
}
