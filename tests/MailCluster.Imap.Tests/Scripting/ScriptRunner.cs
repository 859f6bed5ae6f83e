using System.Text;
using System.Text.RegularExpressions;
using MailCluster.Edge;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Tests.Scripting;

/// <summary>
/// Plays one scripted conversation against real sessions over in-memory connections.
/// <code>
/// @capability IDLE          covers this capability (any number)
/// @login no                 connections begin with the greeting, not logged in as alice
/// @plaintext no             no passwords without TLS
/// @tls starttls             off (default), starttls, implicit
/// @append-max 100           APPENDLIMIT
/// @sieve-url sieve://…    IMAPSIEVE
/// @quota bytes=1500         the quota of each account
/// C: line                   sent by connection 1; C2: by connection 2, which then is opened
/// S: line                   the next response, which must be this one
/// S*: line                  passes over responses until this one comes
/// S: (closed)               the server closes;  C: (close)  the client does;  C: (starttls)  begins TLS;  T: 00:31:00  time passes
/// </code>
/// In a line <c>¶</c> is CRLF and <c>\xNN</c> a byte; in what is sent <c>{{text}}</c> is a literal that waits to be invited and <c>{+{text}}</c> one that does not; in what is
/// expected <c>&lt;name&gt;</c> takes a word the first time and is that word afterwards (also in what is sent), and <c>&lt;*&gt;</c> is anything.
/// </summary>
internal sealed partial class ScriptRunner(ImapScript script, bool byteByByte) : IAsyncDisposable
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(20);

    private readonly Dictionary<int, ScriptClient> _clients = [];
    private readonly Dictionary<string, string> _words = [];
    private ImapFixture? _fixture;

    public async Task RunAsync()
    {
        var mailboxes = new MailboxOptions
        {
            ProvisionedFolders = script.Has("provision")
                ? [new(FolderName.Create("Sent"), SpecialUse.Sent, true), new(FolderName.Create("Trash"), SpecialUse.Trash, false)]
                : [],
        };
        if (script.Option("quota") is { } quota)
        {
            Assert.True(QuotaFields.TryReadRules(["*:" + quota], out var rules, out var problem), problem);
            mailboxes = mailboxes with { Quota = new QuotaOptions { Rules = rules } };
        }

        var options = new ImapOptions { Version = "1.0" };
        if (script.Option("append-max") is { } max)
            options = options with { MessageSizeMax = long.Parse(max) };
        if (script.Has("small-annotations"))
        {
            mailboxes = mailboxes with { Annotations = new AnnotationOptions { ValueSizeMax = 1024, EntriesMax = 10, BytesMax = 4096, ServerAdmin = "mailto:post@example.com" } };
            options = options with { AnnotationSizeMax = 1024 };
        }

        if (script.Option("metadata") == "no")
            options = options with { Metadata = false };
        options = options with { SieveUrl = script.Option("sieve-url") };
        _fixture = await ImapFixture.StartAsync(script.Option("plaintext") != "no", mailboxes, options);
        foreach (var line in script.Lines)
        {
            try
            {
                await PlayAsync(line).WaitAsync(PatienceMax);
            }
            catch (Exception e) when (e is not ScriptFailure)
            {
                throw new ScriptFailure($"{script.Name}:{line.Number}: {line.Text}: {e.GetType().Name}: {e.Message}", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Reset();
        foreach (var client in _clients.Values)
            await client.Handled.WaitAsync(PatienceMax);
        if (_fixture is not null)
            await _fixture.DisposeAsync();
    }

    private async Task PlayAsync(ScriptLine line)
    {
        switch (line.Kind)
        {
            case ScriptLineKind.Time:
                _fixture!.Time.Advance(TimeSpan.Parse(line.Text));
                return;
            case ScriptLineKind.Client:
                await SendAsync(await ClientAsync(line.Connection), line);
                return;
            default:
                await ExpectAsync(await ClientAsync(line.Connection), line);
                return;
        }
    }

    private async Task<ScriptClient> ClientAsync(int number)
    {
        if (_clients.TryGetValue(number, out var client))
            return client;
        var tls = script.Option("tls") switch { "starttls" => TlsMode.StartTls, "implicit" => TlsMode.Implicit, _ => TlsMode.Off };
        client = new ScriptClient(_fixture!.Connect(tls), byteByByte);
        _clients.Add(number, client);
        if (tls == TlsMode.Implicit)
            await client.StartTlsAsync();
        if (script.Option("login") == "no")
            return client;
        await client.ReadResponseAsync();
        await client.SendAsync("login LOGIN alice alice\r\n");
        var answer = await client.ReadResponseAsync();
        return answer?.StartsWith("login OK", StringComparison.Ordinal) == true ? client : throw new ScriptFailure($"{script.Name}: login: {answer}");
    }

    private async Task SendAsync(ScriptClient client, ScriptLine line)
    {
        switch (line.Text)
        {
            case "(close)":
                client.Close();
                return;
            case "(starttls)":
                await client.StartTlsAsync();
                return;
        }

        var text = WordPattern().Replace(line.Text, match => _words.TryGetValue(match.Groups[1].Value, out var word) ? word : match.Value);
        var at = 0;
        foreach (Match literal in LiteralPattern().Matches(text))
        {
            var body = literal.Groups[2].Value;
            var head = text[at..literal.Index];
            at = literal.Index + literal.Length;
            if (literal.Groups[1].Length > 0)
            {
                await client.SendAsync($"{head}{{{body.Length}+}}\r\n{body}");
                continue;
            }

            await client.SendAsync($"{head}{{{body.Length}}}\r\n");
            if (await client.ReadResponseAsync() is var invitation && invitation?.StartsWith('+') != true)
                throw new ScriptFailure($"{script.Name}:{line.Number}: {line.Text}\n  expected an invitation, got: {invitation}");
            await client.SendAsync(body);
        }

        // A backslash at the end: more of the line follows, or the client says no more.
        var rest = text[at..];
        await client.SendAsync(rest.EndsWith('\\') ? rest[..^1] : rest + "\r\n");
    }

    private async Task ExpectAsync(ScriptClient client, ScriptLine line)
    {
        var passed = new StringBuilder();
        while (true)
        {
            var response = await client.ReadResponseAsync();
            if (line.Text == "(closed)" ? response is null : response is not null && Matches(line.Text, response))
                return;
            passed.Append("\n  got:      ").Append(response ?? "(closed)");
            if (line.Kind == ScriptLineKind.ServerSkipping && response is not null)
                continue;
            throw new ScriptFailure($"{script.Name}:{line.Number}:\n  expected: {line.Text}{passed}");
        }
    }

    private bool Matches(string expected, string response)
    {
        var names = new List<string>();
        var pattern = new StringBuilder("^");
        var at = 0;
        foreach (Match word in WordPattern().Matches(expected))
        {
            pattern.Append(Regex.Escape(expected[at..word.Index]));
            at = word.Index + word.Length;
            var name = word.Groups[1].Value;
            if (name == "*")
            {
                pattern.Append(".*");
            }
            else if (_words.TryGetValue(name, out var known))
            {
                pattern.Append(Regex.Escape(known));
            }
            else if (names.Contains(name))
            {
                pattern.Append($"\\k<{name}>");
            }
            else
            {
                names.Add(name);
                pattern.Append($"(?<{name}>[^ ()\\[\\]\r\n]+)");
            }
        }

        pattern.Append(Regex.Escape(expected[at..])).Append("\\z");
        var match = Regex.Match(response, pattern.ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant);
        if (!match.Success)
            return false;
        foreach (var name in names)
            _words[name] = match.Groups[name].Value;
        return true;
    }

    [GeneratedRegex(@"<(\*|[a-z][a-zA-Z0-9]*)>")]
    private static partial Regex WordPattern();

    [GeneratedRegex(@"\{(\+?)\{(.*?)\}\}", RegexOptions.Singleline)]
    private static partial Regex LiteralPattern();
}

internal sealed class ScriptFailure(string message, Exception? inner = null) : Exception(message, inner);
