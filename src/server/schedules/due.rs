//! Runs what is due, once however many engines share the database: the step from one time to the next, the
//! entries in the history and the executions are one transaction, which only one engine can make.

use super::calls::left_of;
use super::plan::{Moment, Plan};
use super::wish::Missed;
use crate::server::app::Ready;
use crate::server::store::{RunKind, RunOutcome, ScheduleRow, ScheduleRun, ScheduleStep};
use crate::server::{App, Error};
use std::time::Duration;

/// A run that begins this much late, in milliseconds, is not a missed one.
const LATE: Moment = 60_000;
/// Missed runs that are made up for, or counted.
const MOST_MISSED: usize = 100;
/// How often an engine looks for what others have changed.
const LOOK_ON_SERVER: Duration = Duration::from_secs(5);
const LOOK_ON_FILE: Duration = Duration::from_secs(30);
/// Not more often than this, whatever the clock says.
const SHORTEST: Duration = Duration::from_millis(50);
/// After something went wrong.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is to be done about a schedule that is due.
#[derive(Debug, PartialEq)]
struct Due {
    /// The times that run now.
    run: Vec<Moment>,
    /// The last time that is passed over, and how many there are.
    missed: Option<(Moment, usize)>,
    next: Option<Moment>,
}

impl App {
    /// Runs every schedule that is due now. Says how many executions were begun here.
    ///
    /// # Errors
    /// That the database failed, or that there is no room: what was due stays due.
    pub async fn run_due_schedules(&self) -> Result<usize, Error> {
        let mut begun = 0;
        for row in self.store().due_schedules(self.now()).await? {
            begun += self.step(&row).await?;
        }
        Ok(begun)
    }

    /// A schedule that is not due any more.
    pub(super) async fn settled(&self, row: ScheduleRow) -> Result<ScheduleRow, Error> {
        if row.next_at.is_none_or(|next| next > self.now()) {
            return Ok(row);
        }
        self.step(&row).await?;
        self.store().schedule(&row.id).await?.ok_or_else(|| Error::unknown("schedule", &row.wish.name))
    }

    async fn step(&self, row: &ScheduleRow) -> Result<usize, Error> {
        let (Some(first), now) = (row.next_at, self.now()) else { return Ok(0) };
        let due = match self.plan_of(row) {
            Ok(plan) => due(&plan, first, now, row.wish.missed, left_of(row.wish.times, row.runs)),
            // It was checked when it was made; a zone may have gone since.
            Err(error) => {
                tracing::error!(schedule = row.wish.name, %error, "a schedule cannot run any more");
                Due { run: Vec::new(), missed: Some((first, 1)), next: None }
            }
        };
        let (mut runs, mut ready) = (Vec::new(), Vec::new());
        runs.extend(due.missed.map(|(at, count)| self.passed_over(row, at, count)));
        for at in due.run {
            let (run, one) = self.entered(row, at).await?;
            runs.push(run);
            ready.extend(one);
        }
        let executions: Vec<_> = ready.iter().map(|one| one.execution().clone()).collect();
        let step = ScheduleStep { row, next_at: due.next, runs: &runs, executions: &executions };
        let begun = self.store().step_schedule(&step).await?;
        let is_begun = |one: &Ready| begun.iter().any(|execution| execution.id == one.execution().id);
        ready.into_iter().filter(is_begun).for_each(|one| self.begin(one));
        self.metrics().scheduled(begun.len());
        Ok(begun.len())
    }

    fn passed_over(&self, row: &ScheduleRow, at: Moment, count: usize) -> ScheduleRun {
        let more = if count >= MOST_MISSED { "at least " } else { "" };
        let note = format!("{more}{count} missed while no engine was there");
        tracing::warn!(schedule = row.wish.name, count, "runs were missed");
        self.entry(at, RunOutcome::Missed, None, Some(note))
    }

    /// An execution for a due time; an entry of why there is none where the function cannot run.
    async fn entered(&self, row: &ScheduleRow, at: Moment) -> Result<(ScheduleRun, Option<Ready>), Error> {
        let ready = match self.call_of_schedule(row).await {
            Ok(call) => self.make_ready(&call).await,
            Err(error) => Err(error),
        };
        match ready {
            Ok(ready) => {
                let id = ready.execution().id.clone();
                Ok((self.entry(at, RunOutcome::Begun, Some(id), None), Some(ready)))
            }
            // It stays due.
            Err(error @ (Error::Full { .. } | Error::Closing | Error::Store(_))) => Err(error),
            Err(error) => {
                tracing::error!(schedule = row.wish.name, function = row.wish.function, %error, "a schedule did not run");
                Ok((self.entry(at, RunOutcome::Refused, None, Some(error.to_string())), None))
            }
        }
    }

    fn entry(&self, at: Moment, outcome: RunOutcome, execution: Option<String>, note: Option<String>) -> ScheduleRun {
        ScheduleRun { at, kind: RunKind::Due, outcome, execution, note, recorded_at: self.now() }
    }

    /// Runs schedules when they are due, for as long as the engine is there.
    pub(in crate::server) fn keep_schedules(&self) {
        let (engine, changed) = (self.weak(), self.rescheduled().clone());
        tokio::spawn(async move {
            loop {
                let noticed = changed.notified();
                tokio::pin!(noticed);
                // From here on nothing is missed.
                noticed.as_mut().enable();
                let Some(app) = engine().filter(|app| !app.is_closing()) else { return };
                let wait = app.run_and_wait().await;
                drop(app);
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = noticed => {}
                }
            }
        });
    }

    /// Runs what is due and says how long to wait for the next.
    async fn run_and_wait(&self) -> Duration {
        let next = match self.run_due_schedules().await {
            Ok(_) => self.store().next_schedule_at().await,
            Err(error) => Err(error),
        };
        let look = if self.store().is_server() { LOOK_ON_SERVER } else { LOOK_ON_FILE };
        match next {
            Ok(None) => look,
            Ok(Some(next)) => {
                let left = u64::try_from(next.saturating_sub(self.now())).unwrap_or(0);
                Duration::from_millis(left).clamp(SHORTEST, look)
            }
            Err(Error::Closing) => PATIENCE,
            Err(error) => {
                tracing::error!(%error, "schedules cannot run now");
                PATIENCE
            }
        }
    }
}

/// What to do about the times from `first` to now.
fn due(plan: &Plan, first: Moment, now: Moment, missed: Missed, left: Option<usize>) -> Due {
    let passed = plan.last_within(first, now, MOST_MISSED);
    let (late, on_time): (Vec<_>, Vec<_>) = passed.into_iter().partition(|at| now - at > LATE);
    let (mut run, missed) = match missed {
        Missed::All => ([late, on_time].concat(), None),
        Missed::Skip => (on_time, late.last().map(|last| (*last, late.len()))),
        // The run that is due now stands for those before it.
        Missed::Once if !on_time.is_empty() => (on_time, None),
        Missed::Once => (late.last().copied().into_iter().collect(), None),
    };
    run.truncate(left.unwrap_or(usize::MAX));
    let more = left.is_none_or(|left| left > run.len());
    Due { next: plan.next(now).filter(|_| more), run, missed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::schedules::plan::Repeat;
    use jiff::tz::TimeZone;

    const HOUR: Moment = 3_600_000;

    /// Every hour from the epoch on.
    fn hourly() -> Plan {
        let start = "1970-01-01T00:00".parse().expect("a time");
        Plan { repeat: Repeat::Elapsed(HOUR), start, end: None, zone: TimeZone::UTC }
    }

    #[test]
    fn a_time_that_is_just_past_is_not_missed() {
        for missed in [Missed::Skip, Missed::Once, Missed::All] {
            let found = due(&hourly(), HOUR, HOUR + 1000, missed, None);
            assert_eq!(found, Due { run: vec![HOUR], missed: None, next: Some(2 * HOUR) });
        }
    }

    #[test]
    fn missed_runs_follow_the_policy() {
        let now = 5 * HOUR + HOUR / 2;
        let at = |missed| due(&hourly(), 2 * HOUR, now, missed, None);
        let next = Some(6 * HOUR);
        assert_eq!(at(Missed::Skip), Due { run: vec![], missed: Some((5 * HOUR, 4)), next });
        assert_eq!(at(Missed::Once), Due { run: vec![5 * HOUR], missed: None, next });
        let all = vec![2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR];
        assert_eq!(at(Missed::All), Due { run: all, missed: None, next });
        // One of them is due right now.
        let at = |missed| due(&hourly(), 2 * HOUR, 5 * HOUR, missed, None);
        assert_eq!(at(Missed::Skip), Due { run: vec![5 * HOUR], missed: Some((4 * HOUR, 3)), next });
        assert_eq!(at(Missed::Once), Due { run: vec![5 * HOUR], missed: None, next });
    }

    #[test]
    fn a_year_of_missed_runs_is_bounded() {
        let found = due(&hourly(), HOUR, 9000 * HOUR, Missed::All, None);
        assert_eq!((found.run.len(), found.run.last()), (MOST_MISSED, Some(&(9000 * HOUR))));
        let found = due(&hourly(), HOUR, 9000 * HOUR + HOUR / 2, Missed::Skip, None);
        assert_eq!(found.missed, Some((9000 * HOUR, MOST_MISSED)));
    }

    #[test]
    fn runs_are_counted_down() {
        let found = due(&hourly(), 2 * HOUR, 5 * HOUR, Missed::All, Some(3));
        assert_eq!((found.run.len(), found.next), (3, None));
        let found = due(&hourly(), 5 * HOUR, 5 * HOUR, Missed::All, Some(2));
        assert_eq!((found.run.len(), found.next), (1, Some(6 * HOUR)));
    }
}
