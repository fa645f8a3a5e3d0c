// Every call of the npm package `harvest` for tasks, task assignments, projects, clients, time entries, company, users,
// roles, user assignments and project assignments, at the address in HARVEST_HOST.
// Prints what came back, one JSON document, for test_npm_harvest.py to compare.
const Harvest = require("harvest").default;

const [accountId, accessToken] = process.argv.slice(2);
const harvest = new Harvest({ subdomain: "sheaf", userAgent: "sheaf-tests (dev@example.com)", auth: { accessToken, accountId } });
const said = {};

// What a call that fails says, as those who use the package see it.
const refused = async (call) => {
  try {
    return await call();
  } catch (error) {
    return { status: error.statusCode, ...JSON.parse(error.error.data ?? error.error) };
  }
};

// All five calls of a kind; `api` takes what `before` holds first, such as the project of an assignment.
const walk = async (name, api, before, fields, changes, shown) => {
  const made = await api.create(...before, fields);
  const got = await api.get(...before, made.id);
  const changed = await api.update(...before, made.id, changes);
  const listed = Object.values(await api.list(...before, { per_page: 1 }))[0];
  const deleted = await api.delete(...before, made.id);
  const gone = await refused(() => api.get(...before, made.id));
  said[name] = {
    got: JSON.stringify(got) === JSON.stringify(made),
    listed: listed.length === 1 && JSON.stringify(listed[0]) === JSON.stringify(changed),
    deleted: deleted.id === made.id,
    gone: gone.status,
    made: shown(made),
    changed: shown(changed),
  };
};

const main = async () => {
  said.company = (await harvest.company.get()).wants_timestamp_timers;
  const me = await harvest.users.me();
  said.me = me.access_roles;

  await walk("clients", harvest.clients, [], { name: "ACME" }, { currency: "EUR" }, (one) => [one.name, one.currency]);
  await walk("tasks", harvest.tasks, [], { name: "Review", default_hourly_rate: 80.5 }, { is_active: false },
    (one) => [one.name, one.default_hourly_rate, one.is_active]);
  await walk("users", harvest.users, [], { first_name: "Ida", last_name: "Example", email: "ida@example.com" },
    { timezone: "Berlin", access_roles: ["manager"] }, (one) => [one.first_name, one.timezone, one.access_roles, one.is_admin]);
  await walk("roles", harvest.roles, [], { name: "Designer", user_ids: [me.id] }, { name: "Writer" },
    (one) => [one.name, one.user_ids.length]);

  const client = await harvest.clients.create({ name: "ACME", currency: "EUR" });
  const project = { client_id: client.id, name: "Website", is_billable: true, bill_by: "People", budget_by: "project", budget: 40 };
  await walk("projects", harvest.projects, [], project, { budget: 50.5 }, (one) => [one.client.name, one.bill_by, one.budget]);

  const { id } = await harvest.projects.create(project);
  const design = await harvest.tasks.create({ name: "Design" });
  const user = await harvest.users.create({ first_name: "Ida", last_name: "Example", email: "ida@example.com" });
  await walk("taskAssignments", harvest.taskAssignments, [id], { task_id: design.id, hourly_rate: 80 }, { is_active: false },
    (one) => [one.task.name, one.hourly_rate, one.is_active]);
  await walk("userAssignments", harvest.userAssignments, [id], { user_id: user.id, use_default_rates: false, hourly_rate: 75.5 },
    { is_project_manager: true, budget: 120 }, (one) => [one.user.name, one.hourly_rate, one.is_project_manager, one.budget]);

  await harvest.taskAssignments.create(id, { task_id: design.id, billable: true });
  const spent = { project_id: id, task_id: design.id, spent_date: "2026-11-20" };
  said.notAssigned = await refused(() => harvest.timeEntries.create({ ...spent, user_id: user.id, hours: 1 }));
  const assigned = await harvest.userAssignments.create(id, { user_id: user.id, use_default_rates: false, hourly_rate: 75.5 });
  await walk("timeEntries", harvest.timeEntries, [], { ...spent, user_id: user.id, hours: 1.5 }, { notes: "a & b", hours: 2 },
    (one) => [one.user.name, one.hours, one.notes, one.is_running, one.billable_rate, one.user_assignment.id === assigned.id]);

  const running = await harvest.timeEntries.create({ ...spent, user_id: user.id });
  const stopped = await harvest.timeEntries.stop(running.id);
  const again = await harvest.timeEntries.restart(running.id);
  said.timer = [running, stopped, again].map((one) => [one.is_running, one.timer_started_at !== null]);
  said.twice = await refused(() => harvest.timeEntries.restart(running.id));
  said.kept = await refused(() => harvest.userAssignments.delete(id, assigned.id));

  const tasksOf = ({ project_assignments }) => project_assignments.map((one) => [one.project.name, one.task_assignments.length]);
  said.mine = tasksOf(await harvest.projectAssignments.me());
  said.theirs = tasksOf(await harvest.projectAssignments.list(user.id, {}));
};

main().then(() => console.log(JSON.stringify(said)));
