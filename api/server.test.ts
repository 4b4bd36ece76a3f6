import { Agent, get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { startApi } from "./testing/api.ts";

it("ends although a page that had a question under way goes on asking over the same connection", async () => {
	const held = Promise.withResolvers<void>();
	const asked = Promise.withResolvers<void>();
	const answer = async (): Promise<string> => {
		asked.resolve();
		await held.promise;
		return "it is up";
	};
	const api = await startApi({ probes: [{ name: "slow", advice: "wait", ask: answer }] });
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	const ask = (): Promise<boolean> =>
		new Promise((resolve) => {
			const request = get(`${api.server.url}/api/health`, { agent }, (response) => {
				response.resume();
				response.on("end", () => resolve(true));
			});
			request.on("error", () => resolve(false));
		});
	let isAnswered = true;
	const page = (async () => {
		while (isAnswered) {
			isAnswered = await ask();
			await delay(100);
		}
	})();
	await asked.promise;
	const closed = api.close();
	held.resolve();
	await closed;
	await page;
	expect(isAnswered).toBe(false);
	agent.destroy();
});
