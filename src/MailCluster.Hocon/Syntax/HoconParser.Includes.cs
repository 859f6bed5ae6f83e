namespace MailCluster.Hocon.Syntax;

/// <summary>
/// <c>include "x"</c>, <c>include file("x")</c>, <c>include required("x")</c>, <c>include required(file("x"))</c>. The fields of the file stand where
/// the include stands. A missing file is no error unless required; one that cannot be read always is: it was meant to count.
/// </summary>
internal sealed partial class HoconParser
{
    /// <summary>Whether <c>include</c> stands here as a statement, or as a key that the specification wants quoted.</summary>
    private bool AtInclude()
    {
        const string Word = "include";
        if (!_scanner.StartsWith(Word))
        {
            return false;
        }
        var ahead = Word.Length;
        while (HoconScanner.IsBlank(_scanner.Peek(ahead)))
        {
            ahead++;
        }
        var next = _scanner.Peek(ahead);
        if (next is '=' or ':' or '{' or '+')
        {
            throw new HoconException(_scanner.Origin, "expected a file after include; write \"include\" in quotes if it is meant as a key");
        }
        return next == '"' || (ahead > Word.Length && (StartsAt(ahead, "file(") || StartsAt(ahead, "required(")
            || StartsAt(ahead, "url(") || StartsAt(ahead, "classpath(")));
    }

    private bool StartsAt(int ahead, string expected)
    {
        for (var index = 0; index < expected.Length; index++)
        {
            if (_scanner.Peek(ahead + index) != expected[index])
            {
                return false;
            }
        }
        return true;
    }

    private void ParseInclude(ObjectNode target, string[]? path)
    {
        var origin = _scanner.Origin;
        _scanner.Skip("include".Length);
        _scanner.ReadBlanks();
        var isRequired = AcceptCall("required(");
        var isFile = AcceptCall("file(");
        if (_scanner.Peek() != '"')
        {
            throw _scanner.Expected("a file name in quotes, file(\"…\") or required(…)");
        }
        var name = _scanner.ReadQuoted();
        CloseCall(isFile);
        CloseCall(isRequired);
        if (_includes.Read(name, origin, isRequired) is { } file)
        {
            var included = new HoconParser(file.Text, file.Source, file.Context, path ?? _scope, path) { _depth = _depth };
            target.Merge(included.ParseRoot());
        }
    }

    private bool AcceptCall(string call)
    {
        if (!_scanner.StartsWith(call))
        {
            return false;
        }
        _scanner.Skip(call.Length);
        _scanner.ReadBlanks();
        return true;
    }

    private void CloseCall(bool isOpen)
    {
        if (isOpen)
        {
            _scanner.ReadBlanks();
            if (!_scanner.Accept(')'))
            {
                throw _scanner.Expected("')' after the file name");
            }
        }
    }
}
