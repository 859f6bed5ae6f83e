using System.Text.RegularExpressions;

namespace MailCluster.Hocon.Syntax;

internal sealed partial class HoconParser
{
    /// <summary>One value: a single part, or several side by side on one line, which are concatenated once substitutions are known.</summary>
    private SyntaxNode ParseValue(string[]? path)
    {
        _scanner.SkipLines();
        var origin = _scanner.Origin;
        var parts = new List<SyntaxNode>();
        while (true)
        {
            var blanksOrigin = _scanner.Origin;
            var blanks = _scanner.ReadBlanks();
            if (_scanner.AtEnd || _scanner.Peek() is '\n' or ',' or '}' or ']' || _scanner.AtComment)
            {
                break;
            }
            if (blanks.Length > 0)
            {
                parts.Add(new BlankNode(blanks, blanksOrigin));
            }
            parts.Add(ParsePart(path));
        }
        return parts switch
        {
            [] => throw _scanner.Expected("a value"),
            [var single] => single,
            _ => new ConcatenationNode(parts, origin),
        };
    }

    private SyntaxNode ParsePart(string[]? path)
    {
        var origin = _scanner.Origin;
        switch (_scanner.Peek())
        {
            case '{':
                var node = new ObjectNode(origin);
                ParseBraces(node, path);
                return node;
            case '[':
                return ParseArray();
            case '"':
                return new ScalarNode(_scanner.ReadQuoted(), HoconScalarKind.String, origin);
            case '$' when _scanner.Peek(1) == '{':
                return ParseSubstitution();
            default:
                var word = _scanner.ReadUnquoted();
                return word.Length > 0
                    ? new ScalarNode(word, KindOf(word), origin)
                    : throw _scanner.Expected("a value (text with special characters must be quoted)");
        }
    }

    private ArrayNode ParseArray()
    {
        var opening = _scanner.Origin;
        Deeper(1, opening);
        _scanner.Skip(1);
        var items = new List<SyntaxNode>();
        while (true)
        {
            _scanner.SkipLines();
            if (_scanner.AtEnd)
            {
                throw new HoconException(opening, "expected ']' to close the array that begins here, found the end of the file");
            }
            if (_scanner.Accept(']'))
            {
                _depth--;
                return new ArrayNode(items, opening);
            }
            items.Add(ParseValue(path: null));
            ExpectSeparator(']', "',', ']' or the end of the line");
        }
    }

    private SubstitutionNode ParseSubstitution()
    {
        var origin = _scanner.Origin;
        _scanner.Skip(2);
        var isOptional = _scanner.Accept('?');
        _scanner.ReadBlanks();
        var path = ParsePath("a path inside ${…}");
        Deeper(path.Length, origin);
        _depth -= path.Length;
        return _scanner.Accept('}')
            ? new SubstitutionNode(path, _scope, isOptional, origin)
            : throw _scanner.Expected("'}' to close the substitution");
    }

    private static HoconScalarKind KindOf(string word) => word switch
    {
        "true" or "false" => HoconScalarKind.Boolean,
        "null" => HoconScalarKind.Null,
        _ => JsonNumber().IsMatch(word) ? HoconScalarKind.Number : HoconScalarKind.String,
    };

    [GeneratedRegex(@"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex JsonNumber();
}
