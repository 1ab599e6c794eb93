//! What pages and routes call: schedules listed, made, changed, run at once, looked ahead.

use super::plan::{Moment, Plan};
use super::wish::ScheduleWish;
use crate::server::app::{Call, Given, fitted};
use crate::server::concealed::restored;
use crate::server::functions::Category;
use crate::server::store::{Cause, RunKind, RunOutcome, ScheduleRow, ScheduleRun};
use crate::server::{App, Error, ids};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};

/// A schedule as lists and pages show it.
#[derive(Debug, Clone, Serialize)]
pub struct Schedule {
    pub id: String,
    #[serde(flatten)]
    pub wish: ScheduleWish,
    pub state: Phase,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Run>,
    /// How often it has run when it was due.
    pub runs: i64,
    /// It stands in the project's `ararat.toml`.
    pub declared: bool,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

/// Whether a schedule will run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Active,
    Disabled,
    /// Nothing of it is left to come.
    Ended,
}

/// A time at which a schedule will run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Milliseconds since the epoch.
    pub at: Moment,
    /// The same as the wall shows it in the schedule's zone, with its offset.
    pub time: String,
}

/// More times than anybody reads.
const MOST_NEXT: usize = 100;

impl App {
    /// All schedules, by name.
    pub async fn schedules(&self) -> Result<Vec<Schedule>, Error> {
        Ok(self.store().schedules().await?.into_iter().map(|row| self.schedule_view(row)).collect())
    }

    /// A schedule by its id or its name.
    pub async fn schedule(&self, id: &str) -> Result<Schedule, Error> {
        Ok(self.schedule_view(self.schedule_row(id).await?))
    }

    /// Makes a schedule.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub async fn create_schedule(&self, wish: ScheduleWish, by: &str) -> Result<Schedule, Error> {
        self.add_schedule(wish, None, by).await
    }

    pub(super) async fn add_schedule(
        &self,
        wish: ScheduleWish,
        declared: Option<String>,
        by: &str,
    ) -> Result<Schedule, Error> {
        let now = self.now();
        let id = ids::number();
        let (wish, next_at) = self.checked(wish, now, 0)?;
        let (wish, kept) = self.without_secrets(&id, wish).await?;
        let row = ScheduleRow {
            id,
            wish,
            kept,
            next_at,
            runs: 0,
            revision: 1,
            declared,
            created_at: now,
            created_by: by.to_owned(),
            updated_at: now,
            updated_by: by.to_owned(),
        };
        if !self.store().insert_schedule(&row).await? {
            return Err(Error::Conflict(format!("there is a schedule `{}` already", row.wish.name)));
        }
        self.noted(by, "create schedule", None, Some(&row)).await?;
        Ok(self.schedule_view(row))
    }

    /// Changes a schedule. Arguments that are still masked stay as they were; its next time is counted anew.
    ///
    /// # Errors
    /// What makes no sense in it, or that somebody else has changed it meanwhile.
    pub async fn update_schedule(&self, id: &str, wish: ScheduleWish, by: &str) -> Result<Schedule, Error> {
        let row = self.schedule_row(id).await?;
        let declared = row.declared.clone();
        self.change_schedule(row, wish, declared, by).await
    }

    pub(super) async fn change_schedule(
        &self,
        row: ScheduleRow,
        mut wish: ScheduleWish,
        declared: Option<String>,
        by: &str,
    ) -> Result<Schedule, Error> {
        // What is due under the old plan still runs.
        let row = self.settled(row).await?;
        let exact = self.exact_schedule_arguments(&row).await?;
        let shown = Value::Object(row.wish.arguments.clone());
        if let Value::Object(arguments) = restored(Value::Object(wish.arguments), &shown, &Value::Object(exact)) {
            wish.arguments = arguments;
        } else {
            wish.arguments = Map::new();
        }
        let now = self.now();
        let (wish, next_at) = self.checked(wish, now, row.runs)?;
        let (wish, kept) = self.without_secrets(&row.id, wish).await?;
        let mut changed = ScheduleRow { wish, kept, next_at, declared, ..row.clone() };
        (changed.updated_at, changed.updated_by) = (now, by.to_owned());
        self.write_schedule(&row, changed, "change schedule", by).await
    }

    /// Switches a schedule on or off.
    pub async fn switch_schedule(&self, id: &str, enabled: bool, by: &str) -> Result<Schedule, Error> {
        let before = self.settled(self.schedule_row(id).await?).await?;
        let mut row = before.clone();
        row.wish.enabled = enabled;
        row.next_at = if enabled { self.next_of(&row, self.now())? } else { None };
        row.updated_at = self.now();
        by.clone_into(&mut row.updated_by);
        let event = if enabled { "enable schedule" } else { "disable schedule" };
        self.write_schedule(&before, row, event, by).await
    }

    /// Switches off a schedule whose entry in the project is gone.
    pub(super) async fn undeclare(&self, row: &ScheduleRow, by: &str) -> Result<(), Error> {
        let before = self.settled(row.clone()).await?;
        let mut row = before.clone();
        row.wish.enabled = false;
        (row.next_at, row.declared) = (None, None);
        row.updated_at = self.now();
        by.clone_into(&mut row.updated_by);
        self.write_schedule(&before, row, "disable schedule", by).await.map(drop)
    }

    /// Removes a schedule with its history; its executions stay in the log.
    pub async fn delete_schedule(&self, id: &str, by: &str) -> Result<(), Error> {
        let row = self.schedule_row(id).await?;
        self.store().delete_schedule(&row.id).await?;
        if row.kept {
            self.forget_concealed(&secret_name(&row.id)).await?;
        }
        self.noted(by, "delete schedule", Some(&row), None).await
    }

    /// Runs a schedule's function at once, whether the schedule is on or off; gives the execution's id.
    ///
    /// # Errors
    /// That the execution is not accepted.
    pub async fn run_schedule(&self, id: &str, by: &str) -> Result<String, Error> {
        let row = self.schedule_row(id).await?;
        let call = Call { actor: by.to_owned(), ..self.call_of_schedule(&row).await? };
        let ready = self.make_ready(&call).await?;
        let run = ScheduleRun {
            at: self.now(),
            kind: RunKind::Asked,
            outcome: RunOutcome::Begun,
            execution: Some(ready.execution().id.clone()),
            note: None,
            recorded_at: self.now(),
        };
        self.store().add_schedule_run(&row.id, &run, ready.execution()).await?;
        let id = ready.execution().id.clone();
        self.begin(ready);
        Ok(id)
    }

    /// The next times of a schedule, as if it were on.
    pub async fn next_runs(&self, id: &str, most: usize) -> Result<Vec<Run>, Error> {
        let row = self.schedule_row(id).await?;
        let plan = self.plan_of(&row)?;
        Ok(self.look_ahead(&plan, row.wish.times, row.runs, most))
    }

    /// The next times of a schedule that is only thought of.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub fn preview_schedule(&self, wish: &ScheduleWish, most: usize) -> Result<Vec<Run>, Error> {
        let plan = wish.plan(self.zone(), self.day_of(self.now())).map_err(Error::Invalid)?;
        Ok(self.look_ahead(&plan, wish.times, 0, most))
    }

    /// What became of a schedule's times, the latest first.
    pub async fn schedule_history(&self, id: &str, most: usize) -> Result<Vec<ScheduleRun>, Error> {
        let row = self.schedule_row(id).await?;
        self.store().schedule_runs(&row.id, i64::try_from(most.clamp(1, 1000)).unwrap_or(1000)).await
    }

    fn look_ahead(&self, plan: &Plan, times: Option<u32>, runs: i64, most: usize) -> Vec<Run> {
        let left = left_of(times, runs).unwrap_or(MOST_NEXT);
        let moments = plan.upcoming(self.now(), most.min(left).min(MOST_NEXT));
        moments.into_iter().map(|at| Run::of(at, &plan.zone)).collect()
    }

    async fn schedule_row(&self, id: &str) -> Result<ScheduleRow, Error> {
        self.store().schedule(id).await?.ok_or_else(|| Error::unknown("schedule", id))
    }

    /// Checks a wish and says when it runs next.
    fn checked(&self, wish: ScheduleWish, now: i64, runs: i64) -> Result<(ScheduleWish, Option<i64>), Error> {
        let plan = wish.plan(self.zone(), self.day_of(now)).map_err(Error::Invalid)?;
        let published = self.published();
        let function = published.find(&wish.function).ok_or_else(|| self.unknown_function(&wish.function))?;
        let definition = &function.definition;
        if !matches!(definition.category, Category::Schedule | Category::Standalone) {
            let message = format!("expected a function of `schedule` or `standalone`, found `{}`", definition.name);
            return Err(Error::Invalid(message));
        }
        let wish = ScheduleWish { function: definition.name.clone(), ..wish };
        fitted(definition, &call(&wish, wish.arguments.clone()))?;
        if !wish.enabled {
            return Ok((wish, None));
        }
        let next = plan.next(now).filter(|_| left_of(wish.times, runs) != Some(0));
        let never = || {
            let message =
                "it would never run: nothing of it is left to come; `\"enabled\": false` keeps it all the same";
            Error::Invalid(message.to_owned())
        };
        let next = next.ok_or_else(never)?;
        Ok((wish, Some(next)))
    }

    async fn without_secrets(&self, id: &str, mut wish: ScheduleWish) -> Result<(ScheduleWish, bool), Error> {
        let (shown, kept) = self.conceal(&secret_name(id), &wish.arguments, &self.redactor().child()).await?;
        wish.arguments = shown;
        Ok((wish, kept))
    }

    async fn exact_schedule_arguments(&self, row: &ScheduleRow) -> Result<Map<String, Value>, Error> {
        self.reveal(&secret_name(&row.id), &row.wish.arguments, row.kept).await
    }

    /// The call that a schedule makes.
    pub(super) async fn call_of_schedule(&self, row: &ScheduleRow) -> Result<Call, Error> {
        Ok(call(&row.wish, self.exact_schedule_arguments(row).await?))
    }

    async fn write_schedule(
        &self,
        before: &ScheduleRow,
        row: ScheduleRow,
        event: &str,
        by: &str,
    ) -> Result<Schedule, Error> {
        let taken = self.store().schedule(&row.wish.name).await?.is_some_and(|other| other.id != row.id);
        if taken {
            return Err(Error::Conflict(format!("there is a schedule `{}` already", row.wish.name)));
        }
        if !self.store().update_schedule(&row).await? {
            let message = format!("somebody else has changed the schedule `{}` meanwhile", row.wish.name);
            return Err(Error::Conflict(message));
        }
        self.noted(by, event, Some(before), Some(&row)).await?;
        Ok(self.schedule_view(row))
    }

    /// Wakes whoever waits for the next time, and tells connections and the audit log of a change.
    async fn noted(
        &self,
        by: &str,
        event: &str,
        before: Option<&ScheduleRow>,
        after: Option<&ScheduleRow>,
    ) -> Result<(), Error> {
        self.rescheduled().notify_waiters();
        self.note_schedule(before.map(|row| &row.wish), after.map(|row| &row.wish)).await;
        let subject = after.or(before).map_or("", |row| row.wish.name.as_str());
        self.store().audit(self.now(), by, event, subject).await
    }

    fn schedule_view(&self, row: ScheduleRow) -> Schedule {
        let plan = self.plan_of(&row).ok();
        let state = match (row.wish.enabled, row.next_at) {
            (false, _) => Phase::Disabled,
            (true, Some(_)) => Phase::Active,
            (true, None) => Phase::Ended,
        };
        let next = plan.zip(row.next_at).map(|(plan, at)| Run::of(at, &plan.zone));
        Schedule {
            id: row.id,
            wish: row.wish,
            state,
            next,
            runs: row.runs,
            declared: row.declared.is_some(),
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        }
    }

    pub(super) fn plan_of(&self, row: &ScheduleRow) -> Result<Plan, Error> {
        row.wish.plan(self.zone(), self.day_of(row.created_at)).map_err(Error::Invalid)
    }

    fn next_of(&self, row: &ScheduleRow, now: i64) -> Result<Option<i64>, Error> {
        let left = left_of(row.wish.times, row.runs);
        Ok(self.plan_of(row)?.next(now).filter(|_| left != Some(0)))
    }

    /// The time zone of schedules that name none.
    fn zone(&self) -> &TimeZone {
        &self.config().settings.zone
    }

    fn day_of(&self, moment: i64) -> Date {
        let moment = Timestamp::from_millisecond(moment).unwrap_or_default();
        self.zone().to_datetime(moment).date()
    }
}

impl Run {
    fn of(at: Moment, zone: &TimeZone) -> Self {
        let moment = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone.clone());
        Self { at, time: moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string() }
    }
}

/// How many runs are left of so many; any number where there is no limit.
pub(super) fn left_of(times: Option<u32>, runs: i64) -> Option<usize> {
    let left = i64::from(times?).saturating_sub(runs).max(0);
    Some(usize::try_from(left).unwrap_or(usize::MAX))
}

fn call(wish: &ScheduleWish, arguments: Map<String, Value>) -> Call {
    let given = arguments.into_iter().map(|(name, value)| (name, Given::of(value))).collect();
    Call::new(&wish.function, Cause::Schedule, format!("schedule {}", wish.name)).arguments(given)
}

fn secret_name(id: &str) -> String {
    format!("engine.schedule.{id}")
}
