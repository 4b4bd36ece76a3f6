//! OpenZeppelin's and solmate's ERC4626, compiled from their packages: deposits, mints, redemptions and withdrawals with totals of every size.

use arb_engine::proof::{cases, report, Level, Random};
use arb_engine::protocols::family::Direction;
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, encode, number, Argument, Word};
use arb_engine_proofs::artifact::compiled;
use arb_engine_proofs::evm::Evm;
use revm::primitives::{address, keccak256, Address, Bytes};
use serde_json::json;

const OWNER: Address = address!("00000000000000000000000000000000000000aa");

fn slot(key: Address, mapping: u64) -> Word {
    keccak256(encode(&[key.into(), mapping.into()])).0
}

struct Vault {
    evm: Evm,
    asset: Address,
    vault: Address,
    /// OpenZeppelin's offset; nothing for solmate.
    offset: Option<u64>,
}

impl Vault {
    fn open([asset, with_offset, plain]: &[Bytes; 3], offset: Option<u64>) -> Self {
        let mut evm = Evm::new();
        let asset = evm.deploy(OWNER, asset, &[]);
        let vault = match offset {
            Some(offset) => evm.deploy(OWNER, with_offset, &[asset.into(), offset.into()]),
            None => evm.deploy(OWNER, plain, &[asset.into()]),
        };
        evm.send(OWNER, asset, call("approve(address,uint256)", &[vault.into(), U256::MAX.into()])).expect("an approval");
        Self { evm, asset, vault, offset }
    }

    /// The owner holds every share and what is left of all assets.
    fn hold(&mut self, assets: U256, supply: U256) {
        let (asset, vault) = (self.asset, self.vault);
        self.evm.set_storage(asset, slot(vault, 0), assets);
        self.evm.set_storage(asset, slot(OWNER, 0), U256::MAX.saturating_sub(assets));
        // Storage of OpenZeppelin: balances, allowances, supply; of solmate: name, symbol, supply, balances.
        let balances = if self.offset.is_some() { 0 } else { 3 };
        self.evm.set_storage(vault, slot(OWNER, balances), supply);
        self.evm.set_storage(vault, 2u64, supply);
        assert_eq!(self.view("totalAssets()"), assets);
        assert_eq!(self.view("totalSupply()"), supply);
    }

    fn view(&mut self, signature: &str) -> U256 {
        number(&self.evm.ask(OWNER, self.vault, call(signature, &[])).expect("a view").answer, 0)
    }

    fn answer(&mut self, is_deposit: bool, is_exact_output: bool, amount: U256) -> Option<U256> {
        let owner = Argument::from(OWNER);
        let data = match (is_deposit, is_exact_output) {
            (true, false) => call("deposit(uint256,address)", &[amount.into(), owner]),
            (true, true) => call("mint(uint256,address)", &[amount.into(), owner]),
            (false, false) => call("redeem(uint256,address,address)", &[amount.into(), owner.clone(), owner]),
            (false, true) => call("withdraw(uint256,address,address)", &[amount.into(), owner.clone(), owner]),
        };
        self.evm.ask(OWNER, self.vault, data).ok().map(|done| number(&done.answer, 0))
    }
}

#[test]
fn erc4626() {
    let random = &mut Random::seeded("erc4626");
    let codes = compiled("Vaults.sol", ["Asset", "Virtual", "Plain"], false);
    let mut vaults: Vec<Vault> = [None, Some(0), Some(3), Some(12)].into_iter().map(|offset| Vault::open(&codes, offset)).collect();
    let (mut paid, mut refused) = (0, 0);
    for case in 0..cases() {
        let vault = &mut vaults[case as usize % 4];
        let bits = *random.pick(&[64, 128, 255]);
        let supply = if random.below(10) == 0 { U256::ZERO } else { random.wide(bits) };
        let part = supply.mul_div(U256::from(random.below(100)), U256::from(100u32)).expect("a part");
        let assets = match random.below(10) {
            0 => U256::ZERO,
            1..=3 => random.wide(bits),
            _ => supply.saturating_add(part),
        };
        vault.hold(assets, supply);
        let cap = if vault.offset.is_some() && random.below(3) == 0 { random.wide(128) } else { U256::MAX };
        if vault.offset.is_some() {
            vault.evm.send(OWNER, vault.vault, call("setCap(uint256)", &[cap.into()])).expect("a cap");
        }
        let state = json!({
            "family": "erc4626", "totalAssets": assets.to_string(), "totalSupply": supply.to_string(), "decimalsOffset": vault.offset.unwrap_or(0),
            "maxDeposit": cap.to_string(), "maxRedeem": supply.to_string(), "codeHash": format!("0x{}", "1".repeat(64)),
            "rounding": if vault.offset.is_some() { "openzeppelin" } else { "solmate" },
        });
        let pool = pool_from_json(&state.to_string()).expect("a state of the vault");
        let amount = match random.below(8) {
            0 => U256::ZERO,
            1 => random.wide(256),
            _ => random.wide(supply.bits().max(1)),
        };
        for from in [0, 1] {
            let direction = Direction { from, to: 1 - from };
            let quotes = [pool.quote(direction, amount, None), pool.quote_exact_output(direction, amount, None)];
            for (answer, is_exact_output) in quotes.into_iter().zip([false, true]) {
                // `mint` asks `maxMint`, which this vault does not cap.
                if cap < U256::MAX && from == 0 && is_exact_output {
                    continue;
                }
                let recorded = vault.answer(from == 0, is_exact_output, amount);
                assert_eq!(answer.ok(), recorded, "{answer:?} {amount} {direction:?} {is_exact_output} {state}");
                paid += u32::from(answer.is_ok());
                refused += u32::from(answer.is_err());
            }
        }
    }
    println!("{paid} paid, {refused} refused");
    report("erc4626", Level::Bytecode, cases(), U256::ZERO);
}
