using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using MailCluster.Bodies;
using MailCluster.Delivery.Events;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Sieve;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests.Events;

/// <summary>Scripts on what IMAP does in a real account: what becomes of the message, and of what else the script asks for.</summary>
public sealed class EventScriptsTests : IAsyncLifetime
{
    private const string Mail = "From: Carol <carol@example.net>\r\nTo: alice@example.com\r\nSubject: Lunch\r\nMessage-ID: <1@example.net>\r\n\r\nAt noon?\r\n";

    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private static readonly FolderName Junk = FolderName.Create("Junk");

    private readonly ManualTimeProvider _time = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("events-").FullName;
    private InMemoryMailboxes _mailboxes = null!;
    private EventScripts? _scripts;
    private ScriptEventOptions _rules = new();

    private string Before => Path.Combine(_directory, "before.sieve");

    private string After => Path.Combine(_directory, "after.sieve");

    public async Task InitializeAsync()
    {
        _rules = new ScriptEventOptions
        {
            Rules =
            [
                new ScriptEventRule(FolderPattern.Create("Junk"), null, ScriptCauses.All, Before, null),
                new ScriptEventRule(FolderPattern.Create("Junk"), null, ScriptCauses.All, null, After),
                new ScriptEventRule(FolderPattern.Create("*"), FolderPattern.Create("Junk"), ScriptCauses.Copy, Before, null),
            ],
        };
        _rules = _rules with { HasUserScripts = true };
        _mailboxes = await InMemoryMailboxes.StartAsync(_time, new MailboxOptions { ScriptEvents = _rules });
        await SendAsync(new CreateFolder(Junk));
        await SendAsync(new CreateFolder(FolderName.Create("Copies")));
    }

    public async Task DisposeAsync()
    {
        if (_scripts is not null)
            await _scripts.DisposeAsync();
        await _mailboxes.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_message_that_is_moved_runs_the_script_of_its_new_folder()
    {
        Write(Before, """
            require ["imapsieve", "environment", "variables", "imap4flags", "fileinto", "copy", "editheader"];
            if environment :matches "imap.mailbox" "*" { set "mailbox" "${1}"; }
            if environment :matches "imap.cause" "*" { set "cause" "${1}"; }
            if environment :matches "imap.user" "*" { set "user" "${1}"; }
            if environment :matches "imap.email" "*" { set "email" "${1}"; }
            if allof (environment :is "location" "MS", environment :is "phase" "post", environment :is "imap.changedflags" "") {
                addheader "X-Event" "${cause} ${mailbox} ${user} ${email}";
            }
            addflag "learned";
            fileinto :copy "Copies";
            """);
        Start();
        await AppendAsync(FolderName.Inbox, "imap", SystemFlags.Seen);
        await SendAsync(new MoveMessages(await IdAsync(FolderName.Inbox), UidSet.Of(1), Junk), "imap");
        await SettledAsync();

        Assert.Equal(["Copies", "Junk"], await FoldersWithMailAsync());
        var (row, keywords) = await MessageAsync(Junk);
        Assert.Equal((SystemFlags.Seen, "learned"), (row.Flags, string.Join(' ', keywords)));
        var (copy, _) = await MessageAsync(FolderName.Create("Copies"));
        Assert.Contains("X-Event: COPY Junk alice@example.com alice@example.com\r\n", await TextAsync(copy), StringComparison.Ordinal);

        // RFC 6785 §3.1: the message itself is as it was.
        Assert.Equal(Mail, await TextAsync(row));
    }

    [Fact]
    public async Task Out_of_a_folder_is_an_event_of_the_other_one()
    {
        Write(Before, """
            require ["imapsieve", "environment", "fileinto", "copy"];
            if environment :is "imap.mailbox" "INBOX" { fileinto :copy "Copies"; }
            """);
        Start();
        await AppendAsync(Junk, "lmtp");
        await SendAsync(new CopyMessages(await IdAsync(Junk), UidSet.Of(1), FolderName.Inbox), "imap");
        await SettledAsync();
        Assert.Equal(["INBOX", "Copies", "Junk"], await FoldersWithMailAsync());
    }

    [Theory]
    [InlineData("keep;", SystemFlags.Seen)]
    [InlineData("discard;", SystemFlags.Seen | SystemFlags.Deleted)]
    [InlineData("discard; keep;", SystemFlags.Seen)]
    [InlineData("require \"fileinto\"; fileinto \"Copies\";", SystemFlags.Seen | SystemFlags.Deleted)]
    [InlineData("require \"fileinto\"; fileinto \"Copies\"; keep;", SystemFlags.Seen)]
    [InlineData("require [\"fileinto\", \"copy\"]; fileinto :copy \"Junk\";", SystemFlags.Seen, 2)]
    [InlineData("redirect \"bob@example.org\";", SystemFlags.Seen | SystemFlags.Deleted)]
    [InlineData("redirect \"alice@example.com\";", SystemFlags.Seen)]
    [InlineData("require \"enotify\"; notify \"mailto:bob@example.org\";", SystemFlags.Seen)]
    [InlineData("require \"imap4flags\"; setflag \"\\\\Flagged\";", SystemFlags.Flagged)]
    [InlineData("require \"imap4flags\"; removeflag \"\\\\Seen\"; keep;", SystemFlags.None)]
    [InlineData("require \"imap4flags\"; if hasflag \"\\\\Seen\" { addflag \"\\\\Answered\"; }", SystemFlags.Seen | SystemFlags.Answered)]
    [InlineData("require \"imap4flags\"; keep :flags \"\";", SystemFlags.None)]
    [InlineData("require [\"imap4flags\", \"fileinto\", \"include\"]; setflag \"\\\\Flagged\"; discard; include :personal \"nowhere\";", SystemFlags.Seen)]
    [InlineData("require \"fileinto\"; fileinto \"a//b\";", SystemFlags.Seen)]
    [InlineData("this is no script", SystemFlags.Seen)]
    [InlineData("require \"vacation\"; discard;", SystemFlags.Seen)]
    [InlineData("require \"reject\"; reject \"no\";", SystemFlags.Seen)]
    [InlineData("require \"envelope\"; if envelope \"from\" \"x\" { stop; } discard;", SystemFlags.Seen)]
    public async Task What_scripts_decide_of_a_message_that_is_there(string script, SystemFlags flags, int messages = 1)
    {
        Write(Before, script);
        Start();
        await AppendAsync(Junk, "imap", SystemFlags.Seen);
        await SettledAsync();
        var (row, _) = await MessageAsync(Junk);
        Assert.Equal(flags, row.Flags);
        Assert.Equal(messages, (await SendAsync(new DescribeFolder(Junk))).Messages);
    }

    [Fact]
    public async Task Discarded_messages_are_expunged_where_that_is_wanted()
    {
        Write(Before, "discard;");
        Start(new EventScriptOptions { ExpungesDiscarded = true });
        await AppendAsync(Junk, "imap");
        await SettledAsync();
        Assert.Empty(await FoldersWithMailAsync());
    }

    [Fact]
    public async Task Rules_run_in_order_while_the_message_is_kept()
    {
        Write(Before, """require ["imap4flags"]; addflag "first";""");
        Write(After, """require ["imap4flags"]; if hasflag "first" { addflag "second"; }""");
        Start();
        await AppendAsync(Junk, "imap");
        await SettledAsync();
        Assert.Equal(["first", "second"], (await MessageAsync(Junk)).Keywords.AsEnumerable());
    }

    [Fact]
    public async Task The_users_script_runs_between_those_of_the_rules()
    {
        Write(Before, """require ["imap4flags"]; addflag "a";""");
        Write(After, """require ["imap4flags"]; if hasflag "user" { addflag "z"; }""");
        await SendAsync(new PutScript(ScriptName.Create("spam"), [.. "require [\"imapsieve\", \"imap4flags\"]; if hasflag \"a\" { addflag \"user\"; }"u8]));
        await AnnotateAsync("spam");
        Start();
        await AppendAsync(Junk, "imap");
        await SettledAsync();
        Assert.Equal(["a", "user", "z"], (await MessageAsync(Junk)).Keywords.AsEnumerable());
    }

    [Theory]
    [InlineData("gone", null, "a z")]
    [InlineData("spam", "this is no script", "a")]
    [InlineData("spam", "require \"vacation\"; keep;", "a")]
    [InlineData("", null, "a z")]
    public async Task A_users_script_that_cannot_run_keeps_the_message(string name, string? script, string keywords)
    {
        Write(Before, """require ["imap4flags"]; addflag "a";""");
        Write(After, """require ["imap4flags"]; addflag "z";""");
        if (script is not null)
            await SendAsync(new PutScript(ScriptName.Create(name), [.. Encoding.UTF8.GetBytes(script)]));
        await AnnotateAsync(name);
        Start();
        await AppendAsync(Junk, "imap");
        await SettledAsync();
        Assert.Equal(keywords, string.Join(' ', (await MessageAsync(Junk)).Keywords));
    }

    [Fact]
    public async Task Changed_flags_are_told_and_changes_of_scripts_are_no_events()
    {
        Write(Before, """
            require ["imapsieve", "environment", "variables", "imap4flags"];
            if environment :is "imap.cause" "FLAG" {
                if allof (hasflag "\\Flagged", environment :contains "imap.changedflags" "\\Flagged") { addflag "important"; }
                if environment :contains "imap.changedflags" "important" { addflag "loop"; }
            }
            """);
        Start();
        await AppendAsync(Junk, "lmtp");
        await SendAsync(new StoreFlags(await IdAsync(Junk), UidSet.Of(1), FlagOperation.Add, SystemFlags.Flagged, []), "imap");
        await SettledAsync();
        Assert.Equal(["important"], (await MessageAsync(Junk)).Keywords.AsEnumerable());
    }

    [Fact]
    public async Task Mail_that_a_script_sends_goes_out_once_and_shares_the_body()
    {
        Write(Before, """require ["copy", "enotify"]; redirect :copy "bob@example.org"; notify :message "Junk!" "mailto:carol@example.org";""");
        Start();
        await AppendAsync(Junk, "imap");
        await SettledAsync();

        var outbox = (await SendAsync(new ListOutbox())).Entries;
        Assert.Equal(["bob@example.org", "carol@example.org"], outbox.Select(entry => entry.Mail.Recipient).Order());
        Assert.All(outbox, entry => Assert.Equal("alice@example.com", entry.Mail.Sender)); // RFC 6785 §3.4
        Assert.Equal(2, _mailboxes.Bodies.Count);
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_while_costs_nothing()
    {
        Write(Before, """require ["fileinto", "copy"]; fileinto :copy "Copies";""");
        await AppendAsync(Junk, "imap");
        var bodies = new AwayBodies(_mailboxes.Bodies);
        Start(bodies: bodies);
        await Poll.UntilAsync(() => bodies.Asked > 0);
        bodies.IsAway = false;
        await SettledAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["Copies", "Junk"], await FoldersWithMailAsync());
        Assert.Equal(1, (await SendAsync(new DescribeFolder(FolderName.Create("Copies")))).Messages);
    }

    [Fact]
    public async Task What_can_not_be_run_for_too_long_is_given_up()
    {
        Write(Before, "discard;");
        await AppendAsync(Junk, "imap");
        Start(bodies: new AwayBodies(_mailboxes.Bodies));
        await SettledAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(SystemFlags.None, (await MessageAsync(Junk)).Row.Flags);
    }

    [Fact]
    public async Task What_waited_before_the_start_is_found_in_the_register()
    {
        Write(Before, """require "imap4flags"; addflag "seen-by-script";""");
        await AppendAsync(Junk, "imap");
        await _mailboxes.OutboxRegister.NoteAsync(Alice, default);
        Start(attach: false);
        await SettledAsync();
        Assert.Equal(["seen-by-script"], (await MessageAsync(Junk)).Keywords.AsEnumerable());
    }

    [Fact]
    public async Task Messages_that_are_gone_and_folders_that_are_gone_have_no_turn()
    {
        Write(Before, """require ["fileinto", "copy"]; fileinto :copy "Copies";""");
        await AppendAsync(Junk, "imap");
        await AppendAsync(Junk, "imap");
        await SendAsync(new ExpungeMessages(await IdAsync(Junk), UidSet.Of(1), OnlyDeleted: false));
        await SendAsync(new CreateFolder(FolderName.Create("Other")));
        await SendAsync(new CopyMessages(await IdAsync(Junk), UidSet.Of(2), FolderName.Create("Other")), "imap");
        await SendAsync(new DeleteFolder(FolderName.Create("Other")));
        Start();
        ((IScriptTaskListener)_scripts!).ScriptTasksWait(Alice);
        await SettledAsync();
        Assert.Equal(1, (await SendAsync(new DescribeFolder(FolderName.Create("Copies")))).Messages);
    }

    private void Start(EventScriptOptions? options = null, bool attach = true, IBodyStore? bodies = null)
    {
        var extensions = SieveExtensions.GlobalDefault;
        var compiler = new SieveCompiler(new SieveCompilerOptions { PersonalExtensions = extensions, GlobalExtensions = extensions });
        var filter = new DeliveryFilter(
            _mailboxes.Client, compiler, SieveRunLimits.Default, SieveRunOptions.Default, new FilterOptions { CanSend = true, HostName = "mail.example.com" }, _time,
            NullLogger<DeliveryFilter>.Instance);
        _scripts = EventScripts.Start(
            filter, _mailboxes.OutboxRegister, _mailboxes.Client, bodies ?? _mailboxes.Bodies, new MessageIntake(_mailboxes.Bodies, MimeLimits.Default), _rules,
            options ?? new EventScriptOptions(), _time, NullLoggerFactory.Instance);
        if (!attach)
            return;
        _mailboxes.ScriptTaskSignal.Attach(_scripts);
        ((IScriptTaskListener)_scripts).ScriptTasksWait(Alice);
    }

    private ValueTask<Done> AnnotateAsync(string script) =>
        SendAsync(new SetAnnotations(Junk, [new AnnotationChange(AnnotationName.Create("/shared/imapsieve/script"), [.. Encoding.UTF8.GetBytes(script)])]));

    private static void Write(string file, string script) => File.WriteAllText(file, script);

    /// <summary>Nothing waits any more. Time goes on by so much whenever somebody waits for it.</summary>
    private async Task SettledAsync(TimeSpan step = default)
    {
        var watch = Stopwatch.StartNew();
        while ((await SendAsync(new NextScriptTask())).Task is not null)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "something still waits for its scripts");
            if (step > TimeSpan.Zero && _time.ArmedTimers > 0)
                _time.Advance(step);
            await Task.Yield();
        }
    }

    private async Task AppendAsync(FolderName folder, string protocol, SystemFlags flags = SystemFlags.None)
    {
        var intake = new MessageIntake(_mailboxes.Bodies, MimeLimits.Default);
        using var message = intake.Prepare(Encoding.ASCII.GetBytes(Mail));
        await SendAsync(new AppendMessages(folder, [await intake.StoreAsync(Alice, message, new InternalDate(_time.GetUtcNow()), flags, [], default)]), protocol);
    }

    private ValueTask<T> SendAsync<T>(MailboxCommand<T> command, string protocol = "test") =>
        _mailboxes.Client.SendAsync(Alice, command, new CommandContext(CommandId.New(_time), "session", protocol, "192.0.2.1"), default);

    private async Task<FolderId> IdAsync(FolderName folder) => (await SendAsync(new DescribeFolder(folder))).Id;

    private async Task<(MessageRow Row, ImmutableArray<string> Keywords)> MessageAsync(FolderName folder)
    {
        using var opened = await _mailboxes.Client.OpenFolderAsync(Alice, folder, false, default);
        var row = opened.Feed.Current.RowAt(0);
        return (row, opened.Feed.Current.Keywords[row.KeywordSet]);
    }

    private async Task<string> TextAsync(MessageRow row)
    {
        var bytes = new byte[row.Size];
        await _mailboxes.Bodies.ReadAsync(row.Body, 0, bytes, default);
        return Encoding.UTF8.GetString(bytes);
    }

    private async Task<string[]> FoldersWithMailAsync() =>
        [.. (await SendAsync(new ListFolders())).Folders.Where(folder => folder.Messages > 0).Select(folder => folder.Name.Value)];

    /// <summary>A store that cannot be read as long as it is away.</summary>
    private sealed class AwayBodies(IBodyStore inner) : IBodyStore
    {
        private int _asked;

        public bool IsAway { get; set; } = true;

        public int Asked => Volatile.Read(ref _asked);

        public ValueTask<int> ReadAsync(BodyRef body, long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return IsAway ? throw new BodyStoreUnavailableException("away") : inner.ReadAsync(body, offset, destination, cancellationToken);
        }

        public ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken) => inner.PutAsync(message, cancellationToken);

        public ValueTask GetSummariesAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> summaries, CancellationToken cancellationToken) =>
            inner.GetSummariesAsync(bodies, summaries, cancellationToken);

        public ValueTask GetTextsAsync(ReadOnlyMemory<BodyRef> bodies, Memory<ReadOnlyMemory<byte>> texts, CancellationToken cancellationToken) =>
            inner.GetTextsAsync(bodies, texts, cancellationToken);

        public ValueTask<long> GetLengthAsync(BodyRef body, CancellationToken cancellationToken) => inner.GetLengthAsync(body, cancellationToken);

        public ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken) =>
            inner.ReleaseAsync(bodies, freeAfter, cancellationToken);
    }
}
