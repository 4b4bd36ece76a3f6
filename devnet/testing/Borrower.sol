// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

interface IToken {
    function approve(address spender, uint256 value) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}

interface IMorpho {
    function flashLoan(address token, uint256 assets, bytes calldata data) external;
}

/// @title Borrows from Aave V3 and Morpho Blue, and gives back what is due out of what it holds
contract Borrower {
    event Borrowed(address lender, address token, uint256 amount, uint256 fee, uint256 held);

    function executeOperation(address asset, uint256 amount, uint256 premium, address, bytes calldata) external returns (bool) {
        emit Borrowed(msg.sender, asset, amount, premium, IToken(asset).balanceOf(address(this)));
        IToken(asset).approve(msg.sender, amount + premium);
        return true;
    }

    function borrowFromMorpho(address morpho, address token, uint256 amount) external {
        IMorpho(morpho).flashLoan(token, amount, abi.encode(token));
    }

    function onMorphoFlashLoan(uint256 assets, bytes calldata data) external {
        address token = abi.decode(data, (address));
        emit Borrowed(msg.sender, token, assets, 0, IToken(token).balanceOf(address(this)));
        IToken(token).approve(msg.sender, assets);
    }
}
