//! Reads the tokens of an expression. Each level of parentheses and predicates is a call within a call, so they are counted.

use super::functions::Function;
use super::tokens::{Token, read};
use super::{Axis, Expr, From, Operator, Step, Test};

/// The most levels of an expression, and operators that follow each other.
const LEVELS: usize = 50;
const CHAINED: usize = 200;

/// Operators by how close they bind, the loosest first.
const OPERATORS: [&[(&str, Operator)]; 6] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::NotEqual)],
    &[("<", Operator::Less), ("<=", Operator::AtMost), (">", Operator::Greater), (">=", Operator::AtLeast)],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("div", Operator::Divide), ("mod", Operator::Modulo)],
];
const UNION: &[(&str, Operator)] = &[("|", Operator::Union)];

const AXES: [(&str, Axis); 12] = [
    ("child", Axis::Child),
    ("descendant", Axis::Descendant),
    ("descendant-or-self", Axis::DescendantOrSelf),
    ("self", Axis::Own),
    ("parent", Axis::Parent),
    ("ancestor", Axis::Ancestor),
    ("ancestor-or-self", Axis::AncestorOrSelf),
    ("following", Axis::Following),
    ("following-sibling", Axis::FollowingSibling),
    ("preceding", Axis::Preceding),
    ("preceding-sibling", Axis::PrecedingSibling),
    ("attribute", Axis::Attribute),
];

/// What looks like a call, and tests which kind of node it is.
const KINDS: [&str; 4] = ["node", "text", "comment", "processing-instruction"];

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    level: usize,
    chained: usize,
}

pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Parser { tokens: read(text)?, at: 0, level: 0, chained: 0 };
    let expr = parser.expression()?;
    match parser.peek(0) {
        None => Ok(expr),
        Some(token) => Err(format!("{} stands where nothing is expected", shown(token))),
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Number(number) => format!("`{number}`"),
        Token::Text(text) => format!("the text `{text}`"),
        Token::Name(name) => format!("`{name}`"),
        Token::Sign(sign) => format!("`{sign}`"),
    }
}

impl Parser {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_next = self.is_next(&[sign]);
        self.at += usize::from(is_next);
        is_next
    }

    fn needs(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("a `{sign}` is missing")) }
    }

    fn is_next(&self, signs: &[&str]) -> bool {
        matches!(self.peek(0), Some(Token::Sign(sign)) if signs.contains(sign))
    }

    fn expression(&mut self) -> Result<Expr, String> {
        self.level += 1;
        if self.level > LEVELS {
            return Err("it is nested too deeply".to_owned());
        }
        let expr = self.binary(0);
        self.level -= 1;
        expr
    }

    fn binary(&mut self, rank: usize) -> Result<Expr, String> {
        let Some(operators) = OPERATORS.get(rank) else { return self.unary() };
        let mut expr = self.binary(rank + 1)?;
        while let Some(operator) = self.operator(operators)? {
            expr = Expr::Binary(operator, Box::new(expr), Box::new(self.binary(rank + 1)?));
        }
        Ok(expr)
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Result<Option<Operator>, String> {
        let found = operators.iter().find(|(sign, _)| self.takes(sign)).map(|(_, operator)| *operator);
        self.chained += usize::from(found.is_some());
        if self.chained > CHAINED { Err("it has too many operators".to_owned()) } else { Ok(found) }
    }

    fn unary(&mut self) -> Result<Expr, String> {
        let mut is_negative = None;
        while self.takes("-") {
            is_negative = Some(!is_negative.unwrap_or(false));
        }
        let mut expr = self.path()?;
        while let Some(operator) = self.operator(UNION)? {
            expr = Expr::Binary(operator, Box::new(expr), Box::new(self.path()?));
        }
        Ok(match is_negative {
            None => expr,
            Some(true) => Expr::Negate(Box::new(expr)),
            Some(false) => Expr::Negate(Box::new(Expr::Negate(Box::new(expr)))),
        })
    }

    fn path(&mut self) -> Result<Expr, String> {
        let mut steps = Vec::new();
        if self.takes("/") {
            if self.begins_step() {
                self.steps(&mut steps)?;
            }
            return Ok(Expr::Path(From::Root, steps));
        }
        if self.takes("//") {
            steps.push(any_below());
            self.steps(&mut steps)?;
            return Ok(Expr::Path(From::Root, steps));
        }
        let Some(primary) = self.primary()? else {
            self.steps(&mut steps)?;
            return Ok(Expr::Path(From::Here, steps));
        };
        let predicates = self.predicates()?;
        let primary = if predicates.is_empty() { primary } else { Expr::Filter(Box::new(primary), predicates) };
        if !self.is_next(&["/", "//"]) {
            return Ok(primary);
        }
        if self.takes("//") {
            steps.push(any_below());
        } else {
            self.needs("/")?;
        }
        self.steps(&mut steps)?;
        Ok(Expr::Path(From::Expr(Box::new(primary)), steps))
    }

    fn begins_step(&self) -> bool {
        self.is_next(&[".", "..", "@"]) || matches!(self.peek(0), Some(Token::Name(_)))
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Result<(), String> {
        loop {
            steps.push(self.step()?);
            if self.takes("//") {
                steps.push(any_below());
            } else if !self.takes("/") {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Result<Step, String> {
        let step = |axis, test, predicates| Step { axis, test, predicates };
        if self.takes(".") {
            return Ok(step(Axis::Own, Test::Node, self.predicates()?));
        }
        if self.takes("..") {
            return Ok(step(Axis::Parent, Test::Node, self.predicates()?));
        }
        let mut axis = if self.takes("@") { Axis::Attribute } else { Axis::Child };
        let mut name = self.name()?;
        if axis == Axis::Child && self.takes("::") {
            axis = AXES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, axis)| *axis)
                .ok_or(format!("there is no axis `{name}`"))?;
            name = self.name()?;
        }
        let test = if self.takes("(") {
            let test = match name.as_str() {
                "node" => Test::Node,
                "text" => Test::Text,
                "comment" => Test::Comment,
                "processing-instruction" => {
                    self.at += usize::from(matches!(self.peek(0), Some(Token::Text(_))));
                    Test::Instruction
                }
                other => return Err(format!("`{other}()` cannot stand here")),
            };
            self.needs(")")?;
            test
        } else {
            match name.split_once(':') {
                None if name == "*" => Test::Any(None),
                None => Test::Name(None, name),
                Some((prefix, "*")) => Test::Any(Some(prefix.to_owned())),
                Some((prefix, local)) => Test::Name(Some(prefix.to_owned()), local.to_owned()),
            }
        };
        Ok(step(axis, test, self.predicates()?))
    }

    fn name(&mut self) -> Result<String, String> {
        let name = match self.peek(0) {
            Some(Token::Name(name)) => name.clone(),
            Some(token) => return Err(format!("a name is missing before {}", shown(token))),
            None => return Err("a name is missing at the end".to_owned()),
        };
        self.at += 1;
        Ok(name)
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, String> {
        let mut predicates = Vec::new();
        while self.takes("[") {
            predicates.push(self.expression()?);
            self.needs("]")?;
        }
        Ok(predicates)
    }

    /// A text, a number, a call, or an expression in parentheses; none where a path begins.
    fn primary(&mut self) -> Result<Option<Expr>, String> {
        if self.takes("(") {
            let expr = self.expression()?;
            self.needs(")")?;
            return Ok(Some(expr));
        }
        if self.takes("$") {
            return Err("there are no variables".to_owned());
        }
        let primary = match (self.peek(0), self.peek(1)) {
            (Some(Token::Text(text)), _) => Expr::Text(text.clone()),
            (Some(Token::Number(number)), _) => Expr::Number(*number),
            (Some(Token::Name(name)), Some(Token::Sign("("))) if !KINDS.contains(&name.as_str()) => {
                let name = name.clone();
                self.at += 2;
                return self.call(&name).map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(primary))
    }

    fn call(&mut self, name: &str) -> Result<Expr, String> {
        let function = Function::find(name).ok_or_else(|| format!("there is no function `{name}`"))?;
        let mut arguments = Vec::new();
        if !self.takes(")") {
            loop {
                arguments.push(self.expression()?);
                if self.takes(")") {
                    break;
                }
                self.needs(",")?;
            }
        }
        match function.takes().contains(&arguments.len()) {
            true => Ok(Expr::Call(function, arguments)),
            false => Err(format!("`{name}` is not called with {} values", arguments.len())),
        }
    }
}

fn any_below() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() }
}
