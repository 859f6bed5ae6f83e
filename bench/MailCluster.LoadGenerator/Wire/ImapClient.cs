using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;

namespace MailCluster.LoadGenerator.Wire;

/// <summary>Just enough IMAP: commands go out as text, answers are counted. Literals are skipped by length.</summary>
internal sealed class ImapClient : IDisposable
{
    private readonly MailConnection _connection;
    private int _tag;

    public ImapClient(IPEndPoint endpoint, bool tls, bool resumes = false)
    {
        _connection = new MailConnection(endpoint, tls, resumes);
        try
        {
            if (!_connection.ReadLine().StartsWith("* OK"u8))
            {
                throw new ProtocolException("The greeting is not OK.");
            }
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public void Login(string user, string password) => Run($"LOGIN {user} {password}");

    /// <summary>AUTHENTICATE SCRAM-SHA-256, the server's proof acknowledged.</summary>
    /// <exception cref="ProtocolException">The answer is NO or BAD.</exception>
    public void LoginScram(string user, string password)
    {
        var scram = new ScramProof(user, password);
        var tag = Send($"AUTHENTICATE SCRAM-SHA-256 {scram.First}");
        var line = _connection.ReadLine();
        if (!line.StartsWith("+ "u8))
        {
            throw new ProtocolException(Encoding.UTF8.GetString(line));
        }
        var final = scram.Final(line[2..]);
        _connection.Send(Encoding.ASCII.GetBytes(final + "\r\n"));
        AwaitContinuation();
        _connection.Send("\r\n"u8);
        Finish(tag);
    }

    /// <summary>One command and its tagged answer.</summary>
    /// <exception cref="ProtocolException">The answer is NO or BAD.</exception>
    public ImapReply Run(string command)
    {
        Send(command);
        return Finish(_tag);
    }

    /// <summary>Sends one command; <see cref="Finish"/> with the tag that is returned takes its answer.</summary>
    public int Send(string command)
    {
        _connection.Send(string.Create(CultureInfo.InvariantCulture, $"A{++_tag} {command}\r\n"));
        return _tag;
    }

    /// <summary>A tag for a command that the caller writes into its own batch.</summary>
    public int NextTag() => ++_tag;

    public void SendRaw(ReadOnlySpan<byte> bytes) => _connection.Send(bytes);

    /// <summary>Waits for <c>+</c>.</summary>
    public void AwaitContinuation()
    {
        ImapReply ignored = default;
        while (true)
        {
            var line = _connection.ReadLine();
            if (line.Length > 0 && line[0] == '+')
            {
                return;
            }
            if (line.Length > 0 && line[0] == 'A')
            {
                throw new ProtocolException($"No continuation: {Encoding.UTF8.GetString(line)}");
            }
            Untagged(line, ref ignored);
        }
    }

    /// <summary>Waits for an untagged EXISTS, in IDLE.</summary>
    public int AwaitExists()
    {
        ImapReply reply = new() { Exists = -1 };
        while (reply.Exists < 0)
        {
            Untagged(_connection.ReadLine(), ref reply);
        }
        return reply.Exists;
    }

    public ImapReply Finish(int tag)
    {
        ImapReply reply = new() { Exists = -1 };
        while (true)
        {
            var line = _connection.ReadLine();
            if (line.Length == 0 || line[0] != 'A')
            {
                Untagged(line, ref reply);
                continue;
            }
            if (!Utf8Parser.TryParse(line[1..], out int found, out var used) || found != tag)
            {
                throw new ProtocolException($"Expected A{tag}: {Encoding.UTF8.GetString(line)}");
            }
            if (!line[(1 + used)..].StartsWith(" OK"u8))
            {
                throw new ProtocolException(Encoding.UTF8.GetString(line));
            }
            Codes(line, ref reply);
            return reply;
        }
    }

    public void Dispose() => _connection.Dispose();

    private void Untagged(ReadOnlySpan<byte> line, ref ImapReply reply)
    {
        if (line.StartsWith("* BYE"u8))
        {
            return;
        }
        if (line.StartsWith("* "u8))
        {
            Count(line[2..], ref reply);
        }
        // A response goes on behind each literal.
        while (LiteralLength(line) is var length && length >= 0)
        {
            reply.LiteralBytes += length;
            _connection.Skip(length);
            line = _connection.ReadLine();
        }
    }

    private static void Count(ReadOnlySpan<byte> line, ref ImapReply reply)
    {
        if (Utf8Parser.TryParse(line, out int number, out var used))
        {
            var word = line[used..];
            if (word.StartsWith(" FETCH"u8))
            {
                reply.Fetches++;
            }
            else if (word.StartsWith(" EXISTS"u8))
            {
                reply.Exists = number;
            }
        }
        else if (line.StartsWith("SEARCH"u8) || line.StartsWith("SORT"u8))
        {
            reply.Hits += line.Count((byte)' ');
        }
        else if (line.StartsWith("LIST"u8))
        {
            reply.Lists++;
        }
        else if (line.StartsWith("OK"u8))
        {
            Codes(line, ref reply);
        }
    }

    private static void Codes(ReadOnlySpan<byte> line, ref ImapReply reply)
    {
        Number(line, "[HIGHESTMODSEQ "u8, ref reply.HighestModSeq);
        Number(line, "[UIDVALIDITY "u8, ref reply.UidValidity);
    }

    private static void Number(ReadOnlySpan<byte> line, ReadOnlySpan<byte> code, ref long value)
    {
        var at = line.IndexOf(code);
        if (at >= 0 && Utf8Parser.TryParse(line[(at + code.Length)..], out long number, out _))
        {
            value = number;
        }
    }

    /// <summary>The length announced at the end of a line, or -1.</summary>
    private static long LiteralLength(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3 || line[^1] != '}')
        {
            return -1;
        }
        var open = line.LastIndexOf((byte)'{');
        return open >= 0 && Utf8Parser.TryParse(line[(open + 1)..^1], out long length, out var used) && used == line.Length - open - 2 ? length : -1;
    }
}
