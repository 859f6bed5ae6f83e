namespace MailCluster.Hocon.Syntax;

/// <summary>
/// Recursive descent over one source. It keeps HOCON's three freedoms apart from one another: fields (<c>HoconParser.cs</c>), values and
/// their concatenation (<c>.Values.cs</c>), other files (<c>.Includes.cs</c>). The result is merged where that needs no substitution.
/// Source: the HOCON specification, "Syntax".
/// </summary>
internal sealed partial class HoconParser
{
    private static readonly string[] AtRoot = [];

    private readonly HoconScanner _scanner;
    private readonly IncludeContext _includes;
    private readonly string[] _scope;
    private readonly string[]? _path;
    private int _depth;

    /// <param name="text">The source.</param>
    /// <param name="source">Its name in origins and errors.</param>
    /// <param name="includes">The files open around it.</param>
    /// <param name="scope">Path below which its substitutions look first.</param>
    /// <param name="path">Path of its root object; null inside an array.</param>
    /// <param name="hasLines">As for <see cref="HoconScanner"/>.</param>
    private HoconParser(string text, string source, IncludeContext includes, string[] scope, string[]? path, bool hasLines = true)
    {
        if (text.Length > HoconLimits.FileCharactersMax)
        {
            throw new HoconException(new HoconOrigin(source, 0, 0), $"the text is longer than {HoconLimits.FileCharactersMax} characters");
        }
        _scanner = new HoconScanner(text, source, hasLines);
        _includes = includes;
        _scope = scope;
        _path = path;
    }

    /// <summary>Parses a whole source whose root is an object, with or without its braces.</summary>
    /// <exception cref="HoconException">The text is not HOCON, or a required include is missing.</exception>
    public static ObjectNode Parse(string text, string source, string? canonicalFile, IHoconFiles files) =>
        new HoconParser(text, source, new IncludeContext(files, canonicalFile), AtRoot, AtRoot).ParseRoot();

    /// <summary>Parses a path on its own.</summary>
    /// <exception cref="HoconException">It is none.</exception>
    public static string[] ParsePath(string text, string source)
    {
        var parser = Alone(text, source);
        var path = parser.ParsePath("a key");
        parser.Deeper(path.Length, parser._scanner.Origin);
        return parser._scanner.AtEnd ? path : throw parser._scanner.Expected("the end of the key");
    }

    /// <summary>Parses a value on its own.</summary>
    /// <exception cref="HoconException">It is none, or more than one.</exception>
    public static SyntaxNode ParseValue(string text, string[] path, string source)
    {
        var parser = Alone(text, source);
        var value = parser.ParseValue(path);
        parser._scanner.SkipLines();
        return parser._scanner.AtEnd ? value : throw parser._scanner.Expected("the end of the value");
    }

    private static HoconParser Alone(string text, string source) =>
        new(text, source, new IncludeContext(new PhysicalHoconFiles(), canonical: null), AtRoot, AtRoot, hasLines: false);

    private ObjectNode ParseRoot()
    {
        _scanner.SkipLines();
        var root = new ObjectNode(_scanner.Origin);
        if (_scanner.Peek() == '{')
        {
            ParseBraces(root, _path);
            _scanner.SkipLines();
            return _scanner.AtEnd ? root : throw _scanner.Expected("the end of the file after the closing '}'");
        }
        ParseFields(root, _path, opening: null);
        return root;
    }

    private void ParseBraces(ObjectNode target, string[]? path)
    {
        var opening = _scanner.Origin;
        Deeper(1, opening);
        _scanner.Skip(1);
        ParseFields(target, path, opening);
        _depth--;
    }

    /// <param name="target">Receives the fields.</param>
    /// <param name="path">Keys from the root to <paramref name="target"/>; null inside an array, where nothing can be named.</param>
    /// <param name="opening">Place of the brace that a <c>}</c> must match; null at the root of a file without braces.</param>
    private void ParseFields(ObjectNode target, string[]? path, HoconOrigin? opening)
    {
        while (true)
        {
            _scanner.SkipLines();
            if (_scanner.AtEnd)
            {
                if (opening is { } brace)
                {
                    throw new HoconException(brace, "expected '}' to close the object that begins here, found the end of the file");
                }
                return;
            }
            if (opening is not null && _scanner.Accept('}'))
            {
                return;
            }
            if (AtInclude())
            {
                ParseInclude(target, path);
            }
            else
            {
                ParseField(target, path);
            }
            ExpectSeparator('}', opening is null ? "',' or the end of the line" : "',', '}' or the end of the line");
        }
    }

    private void ParseField(ObjectNode target, string[]? path)
    {
        var origin = _scanner.Origin;
        var key = ParsePath("a key");
        Deeper(key.Length, origin);
        _scanner.SkipLines();
        string[]? fieldPath = path is null ? null : [.. path, .. key];
        if (_scanner.Peek() == '+' && _scanner.Peek(1) == '=')
        {
            _scanner.Skip(2);
            target.Put(key, ParseAppended(fieldPath, origin));
        }
        else if (_scanner.Peek() == '{' || _scanner.Accept('=') || _scanner.Accept(':'))
        {
            target.Put(key, ParseValue(fieldPath));
        }
        else
        {
            throw _scanner.Expected($"'=', ':', '+=' or '{{' after the key {HoconText.Path(key)}");
        }
        _depth -= key.Length;
    }

    /// <summary><c>a += x</c> is <c>a = ${?a} [x]</c>.</summary>
    private ConcatenationNode ParseAppended(string[]? path, HoconOrigin origin)
    {
        var item = ParseValue(path: null);
        return new ConcatenationNode([new SubstitutionNode(path, AtRoot, isOptional: true, origin), new ArrayNode([item], item.Origin)], origin);
    }

    /// <summary>Keys joined by dots; quoted parts are taken whole, and blanks between the words of one key belong to it.</summary>
    private string[] ParsePath(string what)
    {
        var start = _scanner.Origin;
        var keys = new List<string>();
        string? current = null;
        var blanks = "";
        while (true)
        {
            if (_scanner.Peek() == '"')
            {
                current += (current is null ? "" : blanks) + _scanner.ReadQuoted();
            }
            else
            {
                var word = _scanner.ReadUnquoted();
                if (word.Length == 0)
                {
                    break;
                }
                SplitWord(word, blanks);
            }
            blanks = _scanner.ReadBlanks();
        }
        if (current is null)
        {
            throw keys.Count == 0 ? _scanner.Expected(what) : new HoconException(start, "expected a key after the last '.'");
        }
        keys.Add(current);
        return [.. keys];

        void SplitWord(string word, string before)
        {
            var first = true;
            foreach (var piece in word.Split('.'))
            {
                if (!first)
                {
                    keys.Add(current ?? throw new HoconException(start, "expected a key before '.'"));
                    current = null;
                    before = "";
                }
                if (piece.Length > 0)
                {
                    current += (current is null ? "" : before) + piece;
                }
                first = false;
            }
        }
    }

    /// <summary>Between two fields or elements: line ends, one comma, or both; nothing before the closing bracket.</summary>
    private void ExpectSeparator(char closing, string expected)
    {
        var lineEnded = _scanner.SkipLines();
        if (_scanner.Accept(',') || lineEnded || _scanner.AtEnd || _scanner.Peek() == closing)
        {
            return;
        }
        throw _scanner.Expected(expected);
    }

    private void Deeper(int levels, HoconOrigin origin)
    {
        _depth += levels;
        if (_depth > HoconLimits.NestingMax)
        {
            throw new HoconException(origin, $"values nest deeper than {HoconLimits.NestingMax} levels");
        }
    }
}
