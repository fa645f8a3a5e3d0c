// All calls of the Harvest SDK for tasks, projects, task assignments and time entries, against the address that is given.
// Prints what came back, one JSON document, for test_procyon_sdk.py to compare.
import { Harvest, HarvestNotFoundError, HarvestUnprocessableError } from "@procyon-creative/harvest-sdk";

const [baseUrl, accountId, accessToken] = process.argv.slice(2);
const harvest = new Harvest({ accountId, accessToken, baseUrl, userAgent: "sheaf-tests (dev@example.com)" });
const said = {};
const refused = async (call) => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HarvestUnprocessableError) return { refused: error.body };
    if (error instanceof HarvestNotFoundError) return { missing: error.body };
    throw error;
  }
};

said.me = (await harvest.users.me()).access_roles;
said.company = (await harvest.company.get()).clock;
const client = await harvest.clients.create({ name: "ACME", currency: "EUR" });

const tasks = [];
for (const name of ["Design", "Writing", "Review"]) {
  tasks.push(await harvest.tasks.create({ name, default_hourly_rate: 80.5, is_default: name === "Design" }));
}
said.task = await harvest.tasks.get(tasks[1].id);
said.renamed = (await harvest.tasks.update(tasks[1].id, { name: "Copywriting", billable_by_default: false })).name;
said.taken = await refused(() => harvest.tasks.create({ name: "design" }));
said.tasks = (await harvest.tasks.list({ is_active: true })).map((one) => one.name);
said.walked = (await harvest.tasks.listAll({ per_page: 2 }).toArray()).map((one) => one.name);

const project = await harvest.projects.create({
  client_id: client.id, name: "Website", is_billable: true, bill_by: "Tasks", budget_by: "task_fees", budget: 1000,
});
said.project = await harvest.projects.get(project.id);
said.budget = (await harvest.projects.update(project.id, { budget: 1250.5, notes: "two\nlines" })).budget;
said.projects = (await harvest.projects.list({ client_id: client.id })).map((one) => one.name);

const assignments = harvest.projects.taskAssignments(project.id);
const assigned = await assignments.create({ task_id: tasks[1].id, billable: true, budget: 12 });
said.assigned = await assignments.get(assigned.id);
said.twice = await refused(() => assignments.create({ task_id: tasks[1].id }));
said.rate = (await assignments.update(assigned.id, { hourly_rate: 99.9 })).hourly_rate;
said.assignments = (await assignments.list({ is_active: true })).map((one) => one.task.name);
said.everywhere = (await harvest.taskAssignments.listAll({ per_page: 1 }).toArray()).map((one) => one.task.name);

const logged = await harvest.timeEntries.create({
  project_id: project.id, task_id: tasks[1].id, spent_date: "2026-11-20", hours: 1.255, notes: "a & b = c",
  external_reference: { id: "7", group_id: "8", permalink: "https://example.com/7" },
});
said.entry = await harvest.timeEntries.get(logged.id);
said.changed = (await harvest.timeEntries.update(logged.id, { hours: 2, task_id: tasks[0].id })).task.name;
said.unassigned = await refused(() => harvest.timeEntries.update(logged.id, { task_id: tasks[2].id }));
said.entries = (await harvest.timeEntries.listAll({ from: "2026-11-01", project_id: project.id }).toArray()).length;
said.kept = await refused(() => harvest.tasks.delete(tasks[0].id));
said.mine = (await harvest.users.myProjectAssignments()).map((one) => one.task_assignments.length);

await harvest.timeEntries.delete(logged.id);
said.gone = await refused(() => harvest.timeEntries.get(logged.id));
await assignments.delete(assigned.id);
await harvest.tasks.delete(tasks[2].id);
await harvest.projects.delete(project.id);
await harvest.clients.delete(client.id);
said.left = (await harvest.tasks.list()).map((one) => one.name);
console.log(JSON.stringify(said));
