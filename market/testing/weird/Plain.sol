// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title What every token of this folder is made of: balances, allowances and how they change; no public function that moves anything
abstract contract Core {
    mapping(address => uint256) internal balances;
    mapping(address => mapping(address => uint256)) public allowance;
    uint256 internal supply;
    address internal immutable issuer;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    constructor() {
        issuer = msg.sender;
        supply = 1_000_000 ether;
        balances[msg.sender] = supply;
    }

    function balanceOf(address account) public view virtual returns (uint256) {
        return balances[account];
    }

    function move(address from, address to, uint256 value) internal virtual {
        balances[from] -= value;
        balances[to] += value;
        emit Transfer(from, to, value);
    }

    function spend(address from, uint256 value) internal virtual {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
    }

    function allow(address spender, uint256 value) internal virtual {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
    }
}

/// @title Functions that return `true`
abstract contract Moving is Core {
    function transfer(address to, uint256 value) external virtual returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external virtual returns (bool) {
        spend(from, value);
        move(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) external virtual returns (bool) {
        allow(spender, value);
        return true;
    }
}

abstract contract Counted is Core {
    function totalSupply() public view virtual returns (uint256) {
        return supply;
    }

    function decimals() public view virtual returns (uint256) {
        return 18;
    }
}

abstract contract Named {
    function name() external view virtual returns (string memory) {
        return "Weird";
    }

    function symbol() external view virtual returns (string memory) {
        return "WEIRD";
    }
}

/// @title Nothing weird about it
contract Plain is Moving, Counted, Named {}

/// @title Holds tokens as a pool does, and can pay them out
contract Pool {
    function pay(address token, address to, uint256 value) external {
        (bool succeeded,) = token.call(abi.encodeWithSignature("transfer(address,uint256)", to, value));
        require(succeeded);
    }

    /// @dev What tokens ask to know a pair.
    function token0() external view returns (address) {
        return address(this);
    }
}
