using System.Text;

namespace MailCluster.Imap.Tests.Fetch;

/// <summary>Takes FETCH responses apart with a parser of its own, so that writer and reader cannot share a mistake.</summary>
internal sealed class FetchAnswer
{
    private readonly byte[] _bytes;
    private int _at;

    private FetchAnswer(byte[] bytes) => _bytes = bytes;

    /// <summary>Items by name, for each message number.</summary>
    public static Dictionary<int, Dictionary<string, byte[]?>> Parse(byte[] bytes)
    {
        var answer = new FetchAnswer(bytes);
        var messages = new Dictionary<int, Dictionary<string, byte[]?>>();
        while (answer._at < bytes.Length)
        {
            answer.Expect("* ");
            var number = int.Parse(answer.Until(' '), System.Globalization.CultureInfo.InvariantCulture);
            answer.Expect(" FETCH (");
            messages.Add(number, answer.Items());
            answer.Expect("\r\n");
        }

        return messages;
    }

    private Dictionary<string, byte[]?> Items()
    {
        var items = new Dictionary<string, byte[]?>();
        while (true)
        {
            var name = Name();
            Expect(" ");
            items.Add(name, Value());
            if (_bytes[_at] == ')')
            {
                _at++;
                return items;
            }

            Expect(" ");
        }
    }

    private string Name()
    {
        var start = _at;
        for (var depth = 0; depth > 0 || _bytes[_at] != ' '; _at++)
            depth += _bytes[_at] == '[' ? 1 : _bytes[_at] == ']' ? -1 : 0;
        return Encoding.ASCII.GetString(_bytes, start, _at - start);
    }

    private byte[]? Value()
    {
        var start = _at;
        switch ((char)_bytes[_at])
        {
            case '"':
                return Quoted();
            case '~' or '{':
                if (_bytes[_at] == '~')
                    _at++;
                Expect("{");
                var length = int.Parse(Until('}'), System.Globalization.CultureInfo.InvariantCulture);
                Expect("}\r\n");
                _at += length;
                return _bytes[(_at - length).._at];
            case '(':
                List();
                return _bytes[start.._at];
            default:
                while (_bytes[_at] is not ((byte)' ' or (byte)')'))
                    _at++;
                return Encoding.ASCII.GetString(_bytes, start, _at - start) == "NIL" ? null : _bytes[start.._at];
        }
    }

    private byte[] Quoted()
    {
        var value = new List<byte>();
        for (_at++; _bytes[_at] != '"'; _at++)
        {
            if (_bytes[_at] == '\\')
                _at++;
            value.Add(_bytes[_at]);
        }

        _at++;
        return [.. value];
    }

    private void List()
    {
        _at++;
        while (_bytes[_at] != ')')
        {
            if (_bytes[_at] == ' ')
                _at++;
            else
                Value();
        }

        _at++;
    }

    private string Until(char end)
    {
        var start = _at;
        while (_bytes[_at] != end)
            _at++;
        return Encoding.ASCII.GetString(_bytes, start, _at - start);
    }

    private void Expect(string text)
    {
        Assert.Equal(text, Encoding.ASCII.GetString(_bytes, _at, Math.Min(text.Length, _bytes.Length - _at)));
        _at += text.Length;
    }
}
