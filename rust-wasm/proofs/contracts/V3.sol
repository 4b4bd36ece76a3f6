// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVault} from "@balancer-labs/v3-interfaces/contracts/vault/IVault.sol";
import {
    LiquidityManagement,
    PoolRoleAccounts,
    SwapKind,
    TokenConfig,
    VaultSwapParams
} from "@balancer-labs/v3-interfaces/contracts/vault/VaultTypes.sol";
import {Vault} from "@balancer-labs/v3-vault/contracts/Vault.sol";
import {VaultAdmin} from "@balancer-labs/v3-vault/contracts/VaultAdmin.sol";
import {VaultExtension} from "@balancer-labs/v3-vault/contracts/VaultExtension.sol";
import {StablePool} from "@balancer-labs/v3-pool-stable/contracts/StablePool.sol";
import {WeightedPool} from "@balancer-labs/v3-pool-weighted/contracts/WeightedPool.sol";

/// A token of any decimals, which everybody may mint.
contract Coin is ERC20("Coin", "C") {
    uint8 private immutable places;

    constructor(uint8 places_) {
        places = places_;
    }

    function decimals() public view override returns (uint8) {
        return places;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// Names the protocol's shares of swap fees and yield.
contract Fees {
    address public immutable vault;

    constructor(address vault_) {
        vault = vault_;
    }

    function registerPool(address, address, bool) external pure returns (uint256, uint256) {
        return (0.5e18, 0.1e18);
    }
}

/// Registers and fills pools and swaps in them, minting what it pays with.
contract Trader {
    IVault private immutable vault;

    constructor(IVault vault_) {
        vault = vault_;
    }

    function register(address pool, TokenConfig[] calldata tokens, uint256 fee) external {
        PoolRoleAccounts memory roles = PoolRoleAccounts(address(0), msg.sender, address(0));
        vault.registerPool(pool, tokens, fee, 0, false, roles, address(0), LiquidityManagement(false, false, false, false));
    }

    function initialise(address pool, IERC20[] calldata tokens, uint256[] calldata amounts) external {
        vault.unlock(abi.encodeCall(this.onInitialise, (pool, tokens, amounts)));
    }

    function onInitialise(address pool, IERC20[] calldata tokens, uint256[] calldata amounts) external {
        vault.initialize(pool, address(this), tokens, amounts, 0, "");
        for (uint256 i = 0; i < tokens.length; ++i) pay(tokens[i], amounts[i]);
    }

    function swap(SwapKind kind, address pool, IERC20 from, IERC20 to, uint256 amount) external returns (uint256) {
        return abi.decode(vault.unlock(abi.encodeCall(this.onSwap, (kind, pool, from, to, amount))), (uint256));
    }

    function onSwap(SwapKind kind, address pool, IERC20 from, IERC20 to, uint256 amount) external returns (uint256) {
        uint256 limit = kind == SwapKind.EXACT_IN ? 0 : type(uint256).max;
        (uint256 answer, uint256 amountIn, uint256 amountOut) = vault.swap(VaultSwapParams(kind, pool, from, to, amount, limit, ""));
        pay(from, amountIn);
        vault.sendTo(to, address(this), amountOut);
        return answer;
    }

    function pay(IERC20 token, uint256 amount) private {
        Coin(address(token)).mint(address(vault), amount);
        vault.settle(token, amount);
    }
}
