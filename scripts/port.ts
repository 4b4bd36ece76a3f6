import { createServer } from "node:net";

/** Can a server on 127.0.0.1 take this port now? */
export function isPortFree(port: number): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
			else reject(error);
		});
		server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve(true)));
	});
}

/** A port that the operating system gave out as free a moment ago. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen({ port: 0, host: "127.0.0.1" }, () => {
			const address = server.address();
			server.close(() => {
				if (address === null || typeof address === "string") reject(new Error("the operating system gave no port"));
				else resolve(address.port);
			});
		});
	});
}
