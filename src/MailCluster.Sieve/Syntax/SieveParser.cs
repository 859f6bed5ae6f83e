namespace MailCluster.Sieve.Syntax;

/// <summary>
/// Reads commands by the generic grammar (RFC 5228 §8.2): which of them exist and what they take is looked at later. After an error it goes on behind
/// the command's semicolon or block, so that one slip is one message.
/// </summary>
internal sealed class SieveParser
{
    private readonly SieveLexer _lexer;
    private readonly Diagnostics _diagnostics;
    private readonly int _nestingMax;
    private readonly int _listMax;
    private Token _token;
    private int _depth;

    internal SieveParser(SourceText source, Diagnostics diagnostics, SieveCompilerOptions options)
    {
        _lexer = new SieveLexer(source, diagnostics, options.StringBytesMax);
        _diagnostics = diagnostics;
        _nestingMax = options.NestingMax;
        _listMax = options.ListStringsMax;
        _token = _lexer.Next();
    }

    internal IReadOnlyList<CommandNode> ReadScript()
    {
        var commands = new List<CommandNode>();
        while (_token.Kind != TokenKind.End && !_diagnostics.IsFull)
        {
            if (_token.Kind == TokenKind.RightBrace)
            {
                _diagnostics.Error(_token.Offset, "a closing brace without an opening one", "remove it");
                Advance();
                continue;
            }

            if (ReadCommand() is { } command)
                commands.Add(command);
        }

        return commands;
    }

    private void Advance() => _token = _lexer.Next();

    private bool TryTake(TokenKind kind)
    {
        if (_token.Kind != kind)
            return false;
        Advance();
        return true;
    }

    /// <summary>command = identifier arguments (";" / block). Null if it was not readable; then what belongs to it has been passed over.</summary>
    private CommandNode? ReadCommand()
    {
        if (_token.Kind != TokenKind.Identifier)
        {
            if (_token.Kind == TokenKind.Semicolon)
                _diagnostics.Error(_token.Offset, "a semicolon without a command before it", "remove it");
            else if (_token.Kind != TokenKind.Bad)
                _diagnostics.Error(_token.Offset, $"{Describe(_token)} where a command was expected", null);
            Recover();
            return null;
        }

        var name = _token;
        Advance();
        var arguments = new List<ArgumentNode>();
        var tests = new List<CommandNode>();
        if (!TryReadArguments(arguments) || !TryReadTests(tests, out var hasTestList))
        {
            Recover();
            return null;
        }

        var end = _token.Offset;
        IReadOnlyList<CommandNode>? block = null;
        switch (_token.Kind)
        {
            case TokenKind.Semicolon:
                Advance();
                break;
            case TokenKind.LeftBrace:
                block = ReadBlock(out end);
                break;
            default:
                _diagnostics.Error(_token.Offset, $"{Describe(_token)} behind '{name.Text}', where a semicolon was expected", $"end the command '{name.Text}' with ;");
                // A command that only lacks its semicolon is followed by the next one or by the end of its block; anything else is passed over.
                if (_token.Kind is not (TokenKind.Identifier or TokenKind.RightBrace or TokenKind.End))
                    Recover();
                break;
        }

        return new CommandNode(name.Text, name.Offset, arguments, tests, hasTestList, block) { EndOffset = end };
    }

    private List<CommandNode> ReadBlock(out int end)
    {
        var open = _token.Offset;
        var commands = new List<CommandNode>();
        Advance();
        if (!TryEnter(open))
        {
            SkipBlock();
            end = open;
            return commands;
        }

        while (_token.Kind is not (TokenKind.RightBrace or TokenKind.End) && !_diagnostics.IsFull)
        {
            if (ReadCommand() is { } command)
                commands.Add(command);
        }

        _depth--;
        end = _token.Offset;
        if (!TryTake(TokenKind.RightBrace) && !_diagnostics.IsFull)
            _diagnostics.Error(open, "the block that begins here does not end", "close it with }");
        return commands;
    }

    /// <summary>arguments = *argument: tags, numbers, strings and lists of strings.</summary>
    private bool TryReadArguments(List<ArgumentNode> arguments)
    {
        while (true)
        {
            switch (_token.Kind)
            {
                case TokenKind.Tag:
                    arguments.Add(new TagNode(_token.Text, _token.Offset));
                    Advance();
                    break;
                case TokenKind.Number:
                    arguments.Add(new NumberNode(_token.Number, _token.Offset));
                    Advance();
                    break;
                case TokenKind.String:
                    arguments.Add(new StringListNode([new StringNode(_token.Text, _token.Offset)], false, _token.Offset));
                    Advance();
                    break;
                case TokenKind.LeftBracket:
                    if (!TryReadStringList(out var list))
                        return false;
                    arguments.Add(list);
                    break;
                case TokenKind.Bad:
                    return false;
                default:
                    return true;
            }
        }
    }

    private bool TryReadStringList(out StringListNode list)
    {
        var open = _token.Offset;
        var strings = new List<StringNode>();
        list = new StringListNode(strings, true, open);
        Advance();
        if (TryTake(TokenKind.RightBracket))
        {
            _diagnostics.Error(open, "an empty list", "put at least one string into it");
            return true;
        }

        while (true)
        {
            if (_token.Kind != TokenKind.String)
            {
                if (_token.Kind != TokenKind.Bad)
                    _diagnostics.Error(_token.Offset, $"{Describe(_token)} in a list of strings", "a list is written [\"one\", \"two\"]");
                return false;
            }

            if (strings.Count == _listMax)
                _diagnostics.Error(_token.Offset, $"more than {_listMax} strings in one list", null);
            if (strings.Count <= _listMax)
                strings.Add(new StringNode(_token.Text, _token.Offset));
            Advance();
            if (TryTake(TokenKind.RightBracket))
                return true;
            if (!TryTake(TokenKind.Comma))
            {
                if (_token.Kind != TokenKind.Bad)
                    _diagnostics.Error(_token.Offset, $"{Describe(_token)} in a list of strings, where a comma was expected", "separate the strings with commas and close the list with ]");
                return false;
            }
        }
    }

    /// <summary>[ test / test-list ]</summary>
    private bool TryReadTests(List<CommandNode> tests, out bool isList)
    {
        isList = _token.Kind == TokenKind.LeftParenthesis;
        if (!isList)
            return _token.Kind != TokenKind.Identifier || TryReadTest(tests);
        var open = _token.Offset;
        Advance();
        if (_token.Kind == TokenKind.RightParenthesis)
        {
            _diagnostics.Error(open, "an empty list of tests", "put at least one test into the parentheses");
            Advance();
            return true;
        }

        while (true)
        {
            if (!TryReadTest(tests))
                return false;
            if (TryTake(TokenKind.RightParenthesis))
                return true;
            if (!TryTake(TokenKind.Comma))
            {
                if (_token.Kind != TokenKind.Bad)
                    _diagnostics.Error(_token.Offset, $"{Describe(_token)} in a list of tests, where a comma was expected", "separate the tests with commas and close the list with )");
                return false;
            }

            if (_token.Kind == TokenKind.RightParenthesis)
            {
                _diagnostics.Error(_token.Offset, "a comma with no test behind it", "remove the comma before )");
                Advance();
                return true;
            }
        }
    }

    private bool TryReadTest(List<CommandNode> tests)
    {
        if (_token.Kind != TokenKind.Identifier)
        {
            if (_token.Kind != TokenKind.Bad)
                _diagnostics.Error(_token.Offset, $"{Describe(_token)} where a test was expected", null);
            return false;
        }

        var name = _token;
        Advance();
        if (!TryEnter(name.Offset))
            return false;
        var arguments = new List<ArgumentNode>();
        var inner = new List<CommandNode>();
        var isList = false;
        var isRead = TryReadArguments(arguments) && TryReadTests(inner, out isList);
        _depth--;
        if (isRead)
            tests.Add(new CommandNode(name.Text, name.Offset, arguments, inner, isList, null) { EndOffset = _token.Offset });
        return isRead;
    }

    private bool TryEnter(int offset)
    {
        if (_depth < _nestingMax)
        {
            _depth++;
            return true;
        }

        _diagnostics.Error(offset, $"blocks and tests are nested more than {_nestingMax} deep", "move inner rules into an included script, or join tests with allof");
        return false;
    }

    /// <summary>Passes over the rest of a command: to behind its semicolon or block, or to the brace that closes the block around it.</summary>
    private void Recover()
    {
        while (true)
        {
            switch (_token.Kind)
            {
                case TokenKind.Semicolon:
                    Advance();
                    return;
                case TokenKind.LeftBrace:
                    Advance();
                    SkipBlock();
                    return;
                case TokenKind.RightBrace or TokenKind.End:
                    return;
                default:
                    Advance();
                    break;
            }
        }
    }

    /// <summary>From behind an opening brace to behind the one that closes it.</summary>
    private void SkipBlock()
    {
        for (var open = 1; open > 0 && _token.Kind != TokenKind.End; Advance())
        {
            open += _token.Kind switch { TokenKind.LeftBrace => 1, TokenKind.RightBrace => -1, _ => 0 };
            if (open == 0)
            {
                Advance();
                return;
            }
        }
    }

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the script",
        TokenKind.Identifier => $"'{token.Text}'",
        TokenKind.Tag => $"the tag :{token.Text}",
        TokenKind.Number => "a number",
        TokenKind.String => "a string",
        TokenKind.LeftBracket => "'['",
        TokenKind.RightBracket => "']'",
        TokenKind.LeftParenthesis => "'('",
        TokenKind.RightParenthesis => "')'",
        TokenKind.LeftBrace => "'{'",
        TokenKind.RightBrace => "'}'",
        TokenKind.Comma => "a comma",
        TokenKind.Semicolon => "a semicolon",
        _ => "something unreadable",
    };
}
