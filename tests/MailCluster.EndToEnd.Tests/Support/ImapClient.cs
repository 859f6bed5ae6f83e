using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>One line of the server, with its literals apart: in the text each stands as <c>{n}</c>.</summary>
internal sealed record ImapLine(string Text, IReadOnlyList<byte[]> Literals);

/// <summary>The answer of one command: untagged lines, then the tagged one without its tag.</summary>
internal sealed record ImapAnswer(IReadOnlyList<ImapLine> Untagged, string Tagged)
{
    public bool IsOk => Tagged.StartsWith("OK", StringComparison.Ordinal);
}

/// <summary>A small IMAP client that knows literals and tags and nothing else.</summary>
internal sealed partial class ImapClient : LineConnection
{
    private int _tag;

    private ImapClient(Stream stream)
        : base(stream)
    {
    }

    public static async Task<ImapClient> ConnectAsync(int port, string user, string password, bool tls = true)
    {
        var client = new ImapClient(await ConnectAsync(port, tls));
        await client.ReadAsync();
        await client.RequireAsync($"LOGIN {user} {password}");
        return client;
    }

    /// <summary>Sends a command and fails unless the answer is OK.</summary>
    public async Task<ImapAnswer> RequireAsync(string command)
    {
        var answer = await SendAsync(command);
        return answer.IsOk ? answer : throw new InvalidOperationException($"{command}: {answer.Tagged}");
    }

    public async Task<ImapAnswer> SendAsync(string command)
    {
        var tag = NextTag();
        await WriteLineAsync($"{tag} {command}");
        return await ReadAnswerAsync(tag);
    }

    /// <summary>IDLE until <paramref name="enough"/>, or until the server ends it.</summary>
    /// <param name="told">Gets each untagged line as it comes.</param>
    public async Task<ImapAnswer> IdleAsync(Action<ImapLine> told, Task enough)
    {
        var tag = NextTag();
        await WriteLineAsync($"{tag} IDLE");
        _ = EndIdleAsync(enough);
        while (true)
        {
            var line = await ReadAsync();
            if (line.Text.StartsWith(tag + " ", StringComparison.Ordinal))
                return new ImapAnswer([], line.Text[(tag.Length + 1)..]);
            if (!line.Text.StartsWith('+'))
                told(line);
        }
    }

    private async Task EndIdleAsync(Task enough)
    {
        await enough;
        try
        {
            await WriteLineAsync("DONE");
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The reader finds that out too, and tells it.
        }
    }

    /// <summary>APPEND with a non-synchronising literal.</summary>
    public async Task<ImapAnswer> AppendAsync(string folder, ReadOnlyMemory<byte> message)
    {
        var tag = NextTag();
        await WriteAsync(Encoding.Latin1.GetBytes($"{tag} APPEND {folder} {{{message.Length}+}}\r\n"));
        await WriteAsync(message);
        await WriteAsync("\r\n"u8.ToArray());
        return await ReadAnswerAsync(tag);
    }

    /// <summary>Every message of the selected folder: UID and bytes.</summary>
    public async Task<IReadOnlyList<(uint Uid, byte[] Body)>> FetchAllAsync()
    {
        var answer = await RequireAsync("UID FETCH 1:* (UID BODY.PEEK[])");
        var messages = new List<(uint, byte[])>();
        foreach (var line in answer.Untagged)
        {
            if (UidItem().Match(line.Text) is { Success: true } match && line.Literals.Count == 1)
                messages.Add((uint.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), line.Literals[0]));
        }

        return messages;
    }

    public async Task<ImapLine> ReadAsync()
    {
        var text = new StringBuilder();
        var literals = new List<byte[]>();
        while (true)
        {
            text.Append(await ReadLineAsync());
            if (LiteralEnd().Match(text.ToString()) is not { Success: true } match)
                return new ImapLine(text.ToString(), literals);
            literals.Add(await ReadBytesAsync(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
        }
    }

    private async Task<ImapAnswer> ReadAnswerAsync(string tag)
    {
        var untagged = new List<ImapLine>();
        while (true)
        {
            var line = await ReadAsync();
            if (line.Text.StartsWith(tag + " ", StringComparison.Ordinal))
                return new ImapAnswer(untagged, line.Text[(tag.Length + 1)..]);
            untagged.Add(line);
        }
    }

    private string NextTag() => string.Create(CultureInfo.InvariantCulture, $"t{++_tag}");

    [GeneratedRegex(@"\{(\d+)\}$")]
    private static partial Regex LiteralEnd();

    [GeneratedRegex(@"\bUID (\d+)\b")]
    private static partial Regex UidItem();
}
