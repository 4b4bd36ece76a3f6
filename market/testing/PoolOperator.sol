// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
}

interface IPair {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function getReserves() external view returns (uint112, uint112, uint32);
    function mint(address to) external returns (uint256);
    function burn(address to) external returns (uint256, uint256);
    function sync() external;
    function swap(uint256 out0, uint256 out1, address to, bytes calldata data) external;
    function transfer(address to, uint256 amount) external returns (bool);
}

interface IPool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function mint(address to, int24 lower, int24 upper, uint128 amount, bytes calldata data) external;
    function burn(int24 lower, int24 upper, uint128 amount) external;
    function swap(address to, bool zeroForOne, int256 amount, uint160 limit, bytes calldata data) external;
    function flash(address to, uint256 amount0, uint256 amount1, bytes calldata data) external;
}

/// @title Moves pools in tests; holds the tokens it pays with
contract PoolOperator {
    function mintV2(IPair pair, uint256 amount0, uint256 amount1) external {
        IToken(pair.token0()).transfer(address(pair), amount0);
        IToken(pair.token1()).transfer(address(pair), amount1);
        pair.mint(address(this));
    }

    function burnV2(IPair pair, uint256 shares) external {
        pair.transfer(address(pair), shares);
        pair.burn(address(this));
    }

    /// @notice Gives tokens away and lets the pair book them.
    function donateV2(IPair pair, uint256 amount0) external {
        IToken(pair.token0()).transfer(address(pair), amount0);
        pair.sync();
    }

    function swapV2(IPair pair, bool zeroForOne, uint256 amountIn) external {
        (uint256 r0, uint256 r1,) = pair.getReserves();
        (uint256 rIn, uint256 rOut) = zeroForOne ? (r0, r1) : (r1, r0);
        IToken(zeroForOne ? pair.token0() : pair.token1()).transfer(address(pair), amountIn);
        uint256 amountOut = (amountIn * 997 * rOut) / (rIn * 1000 + amountIn * 997);
        pair.swap(zeroForOne ? 0 : amountOut, zeroForOne ? amountOut : 0, address(this), "");
    }

    function mintV3(IPool pool, int24 lower, int24 upper, uint128 amount) external {
        pool.mint(address(this), lower, upper, amount, "");
    }

    function burnV3(IPool pool, int24 lower, int24 upper, uint128 amount) external {
        pool.burn(lower, upper, amount);
    }

    function swapV3(IPool pool, bool zeroForOne, int256 amount, uint160 limit) external {
        pool.swap(address(this), zeroForOne, amount, limit, "");
    }

    function flashV3(IPool pool, uint256 amount0) external {
        pool.flash(address(this), amount0, 0, abi.encode(amount0));
    }

    function uniswapV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        if (owed0 > 0) IToken(IPool(msg.sender).token0()).transfer(msg.sender, owed0);
        if (owed1 > 0) IToken(IPool(msg.sender).token1()).transfer(msg.sender, owed1);
    }

    function uniswapV3SwapCallback(int256 delta0, int256 delta1, bytes calldata) external {
        if (delta0 > 0) IToken(IPool(msg.sender).token0()).transfer(msg.sender, uint256(delta0));
        if (delta1 > 0) IToken(IPool(msg.sender).token1()).transfer(msg.sender, uint256(delta1));
    }

    function uniswapV3FlashCallback(uint256 fee0, uint256, bytes calldata data) external {
        IToken(IPool(msg.sender).token0()).transfer(msg.sender, abi.decode(data, (uint256)) + fee0);
    }
}
