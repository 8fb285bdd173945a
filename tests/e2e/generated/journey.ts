/** What a program does with the types that openapi-typescript makes, and openapi-fetch: a program of its own, which knows
 * no more of us than those. It prints what it saw as JSON.
 */
import { readFileSync } from "node:fs";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type Api = Client<paths>;

const guild = { guild_id: setting("GUILD") };

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
}

function authenticated(secret: string): Api {
  return createClient<paths>({ baseUrl: setting("API"), headers: { Authorization: `Bearer ${secret}` } });
}

/** The answer, if it is not a problem. */
function told<T>(answer: { data?: T; error?: Schemas["Problem"] }): T {
  if (answer.data === undefined) throw new Error(`${answer.error?.code}: ${answer.error?.detail}`);
  return answer.data;
}

async function journey(document: Schemas["Document"]) {
  const made = told(await authenticated(setting("TOKEN")).POST("/api/v1/me/tokens", { body: { name: "journey" } }));
  const client = authenticated(made.secret);
  const account = told(await client.GET("/api/v1/me"));
  const imported = await client.POST("/api/v1/templates/import", { params: { query: { name: "Journey" } }, body: document });
  const template = told(imported);
  const before = await names(client);
  const plan = await planned(client, template.id);
  const applied = await done(client, plan);
  const after = await names(client);
  const rest = await planned(client, template.id);
  if (applied.snapshot_id === null) throw new Error("no snapshot was kept");
  const undone = await done(client, await rolledBack(client, applied.snapshot_id));
  const restOfRollback = await rolledBack(client, applied.snapshot_id);
  return {
    account: account.name,
    blockers: plan.blockers.length,
    before,
    applied: after,
    rolled_back: await names(client),
    left: [rest.steps.length, restOfRollback.steps.length],
    equal: [applied.is_equal, undone.is_equal],
  };
}

async function planned(client: Api, template: string): Promise<Schemas["Plan"]> {
  const body = {
    template_id: template,
    mode: "exact",
    extras: { channels: "delete", roles: "delete" },
    confirm_destructive: true,
  } satisfies Schemas["CreatePlan"];
  return told(await client.POST("/api/v1/guilds/{guild_id}/plans", { params: { path: guild }, body }));
}

/** The plan of it. */
async function rolledBack(client: Api, snapshot: string): Promise<Schemas["Plan"]> {
  const body = { snapshot_id: snapshot };
  return told(await client.POST("/api/v1/guilds/{guild_id}/rollbacks", { params: { path: guild }, body }));
}

/** Applies it, and follows that until it is done. */
async function done(client: Api, plan: Schemas["Plan"]): Promise<Schemas["ApplyResult"]> {
  const asked = await client.POST("/api/v1/plans/{plan_id}/apply", {
    params: { path: { plan_id: plan.id }, header: { "Idempotency-Key": `apply-${plan.id}` } },
    body: { hash: plan.hash },
  });
  const settled = await last(client, told(asked).id);
  if (settled.type !== "job.settled") throw new Error(`the stream ended with ${settled.type}`);
  const job = told(await client.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: settled.job_id } } }));
  if (settled.state !== "succeeded" || job.state !== "succeeded") throw new Error(`${job.state}: ${job.error?.message}`);
  if (job.result?.kind !== "template.apply") throw new Error(`the result is of ${job.result?.kind}`);
  return job.result;
}

/** The last of a job's events. */
async function last(client: Api, job: string): Promise<Schemas["JobEvent"]> {
  const stream = told(
    await client.GET("/api/v1/jobs/{job_id}/events", { params: { path: { job_id: job } }, parseAs: "stream" }),
  );
  let text = "";
  for await (const part of stream!.pipeThrough(new TextDecoderStream())) text += part;
  const data = [...text.matchAll(/^data: ?(.+)$/gm)].map((found) => found[1]!);
  return JSON.parse(data.at(-1)!);
}

/** Of roles and channels. */
async function names(client: Api): Promise<string[]> {
  const structure = told(await client.GET("/api/v1/guilds/{guild_id}/structure", { params: { path: guild } }));
  const channels = structure.channels.flatMap((channel) => [channel, ...(channel.channels ?? [])]);
  return [...structure.roles.map((role) => `@${role.name}`), ...channels.map((channel) => `#${channel.name}`)].sort();
}

console.log(JSON.stringify(await journey(JSON.parse(readFileSync(setting("DOCUMENT"), "utf8")))));
