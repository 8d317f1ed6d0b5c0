//! Progress on stderr: a bar on a terminal, lines otherwise.

use std::io::{self, IsTerminal, Write};

use astegni_persistence::{Progress, Stage};
use indicatif::{ProgressBar, ProgressStyle};

/// Shows the progress of one run.
pub(super) enum Reporter<W> {
    /// A bar that is drawn again for each stage.
    Bar(ProgressBar),
    /// A line for each tenth of a stage.
    Lines { output: W, last: Option<Progress> },
}

impl Reporter<io::Stderr> {
    /// Chooses the form that suits stderr.
    pub(super) fn for_stderr() -> Self {
        let stderr = io::stderr();
        if !stderr.is_terminal() {
            return Self::Lines { output: stderr, last: None };
        }
        let style = ProgressStyle::with_template("{msg:>10} {wide_bar} {human_pos} of {human_len} ({elapsed})");
        let bar = ProgressBar::new(0);
        Self::Bar(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }
}

impl<W: Write> Reporter<W> {
    /// Shows the state after a batch. An error of the output is not worth stopping for.
    pub(super) fn report(&mut self, progress: Progress) {
        match self {
            Self::Bar(bar) => {
                bar.update(|state| {
                    state.set_len(progress.total.unsigned_abs());
                    state.set_pos(progress.done.unsigned_abs());
                });
                bar.set_message(name(progress.stage));
            }
            Self::Lines { output, last } => {
                if is_worth_a_line(*last, progress) {
                    drop(writeln!(output, "{}: {} of {}", name(progress.stage), progress.done, progress.total));
                    *last = Some(progress);
                }
            }
        }
    }

    /// Removes the bar.
    pub(super) fn finish(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Users => "users",
        Stage::Tutors => "tutors",
        Stage::Follows => "follows",
        Stage::Statistics => "statistics",
    }
}

/// Returns whether a stage has begun, ended, or advanced by a tenth since the last line.
fn is_worth_a_line(last: Option<Progress>, progress: Progress) -> bool {
    let shown = last.filter(|last| last.stage == progress.stage);
    shown.is_none_or(|last| progress.done == progress.total || progress.done - last.done >= progress.total / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(batches: &[(Stage, i64, i64)]) -> String {
        let mut reporter = Reporter::Lines { output: Vec::new(), last: None };
        for (stage, done, total) in batches.iter().copied() {
            reporter.report(Progress { stage, done, total });
        }
        let Reporter::Lines { output, .. } = reporter else { panic!("no lines") };
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn each_stage_begins_and_ends_with_a_line() {
        let batches = [(Stage::Users, 20_000, 30_000), (Stage::Users, 30_000, 30_000), (Stage::Tutors, 5, 5)];
        assert_eq!(lines(&batches), "users: 20000 of 30000\nusers: 30000 of 30000\ntutors: 5 of 5\n");
    }

    #[test]
    fn a_long_stage_has_about_ten_lines() {
        let batches: Vec<_> = (1..=1000).map(|done| (Stage::Follows, done, 1000)).collect();
        assert_eq!(lines(&batches).lines().count(), 11);
    }
}
