// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
}

interface IVaultV3 {
    struct SwapParams {
        uint8 kind;
        address pool;
        address tokenIn;
        address tokenOut;
        uint256 amountGiven;
        uint256 limit;
        bytes userData;
    }

    struct AddParams {
        address pool;
        address to;
        uint256[] maxAmountsIn;
        uint256 minBptAmountOut;
        uint8 kind;
        bytes userData;
    }

    struct RemoveParams {
        address pool;
        address from;
        uint256 maxBptAmountIn;
        uint256[] minAmountsOut;
        uint8 kind;
        bytes userData;
    }

    function unlock(bytes calldata data) external returns (bytes memory);
    function initialize(address, address, address[] calldata, uint256[] calldata, uint256, bytes calldata) external returns (uint256);
    function swap(SwapParams calldata params) external returns (uint256, uint256, uint256);
    function addLiquidity(AddParams calldata params) external returns (uint256[] memory, uint256, bytes memory);
    function removeLiquidity(RemoveParams calldata params) external returns (uint256, uint256[] memory, bytes memory);
    function settle(address token, uint256 amountHint) external returns (uint256);
    function sendTo(address token, address to, uint256 amount) external;
}

/// @title Does in Balancer's V3 vault what its users do, with its own coins
contract VaultV3User {
    uint8 private constant UNBALANCED = 1;
    uint8 private constant PROPORTIONAL = 0;
    uint8 private constant SINGLE_TOKEN = 1;
    IVaultV3 private immutable vault;

    constructor(IVaultV3 vault_) {
        vault = vault_;
    }

    /// @param call of one of the functions below: the vault calls back with it
    function act(bytes calldata call) external returns (bytes memory) {
        return vault.unlock(call);
    }

    function initialize(address pool, address[] calldata tokens, uint256[] calldata amounts) external {
        vault.initialize(pool, address(this), tokens, amounts, 0, "");
        pay(tokens, amounts);
    }

    function swap(address pool, address tokenIn, address tokenOut, uint256 amountIn) external returns (uint256 amountOut) {
        (, , amountOut) = vault.swap(IVaultV3.SwapParams(0, pool, tokenIn, tokenOut, amountIn, 0, ""));
        IToken(tokenIn).transfer(address(vault), amountIn);
        vault.settle(tokenIn, amountIn);
        vault.sendTo(tokenOut, address(this), amountOut);
    }

    function add(address pool, address[] calldata tokens, uint256[] calldata amounts) external {
        (uint256[] memory taken, , ) = vault.addLiquidity(IVaultV3.AddParams(pool, address(this), amounts, 0, UNBALANCED, ""));
        pay(tokens, taken);
    }

    function remove(address pool, address[] calldata tokens, uint256 shares, bool isSingle) external {
        uint256[] memory least = new uint256[](tokens.length);
        if (isSingle) least[0] = 1;
        (, uint256[] memory amounts, ) = vault.removeLiquidity(
            IVaultV3.RemoveParams(pool, address(this), shares, least, isSingle ? SINGLE_TOKEN : PROPORTIONAL, "")
        );
        for (uint256 i = 0; i < tokens.length; i++) vault.sendTo(tokens[i], address(this), amounts[i]);
    }

    function pay(address[] calldata tokens, uint256[] memory amounts) private {
        for (uint256 i = 0; i < tokens.length; i++) {
            IToken(tokens[i]).transfer(address(vault), amounts[i]);
            vault.settle(tokens[i], amounts[i]);
        }
    }
}

/// @title An authorizer that lets everybody do everything
contract Permissive {
    function canPerform(bytes32, address, address) external pure returns (bool) {
        return true;
    }
}
