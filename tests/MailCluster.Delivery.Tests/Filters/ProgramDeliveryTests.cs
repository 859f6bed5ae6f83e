using MailCluster.Delivery.Programs;
using MailCluster.Delivery.Tests.Programs;
using MailCluster.Testing;

namespace MailCluster.Delivery.Tests.Filters;

/// <summary>Scripts with programs at delivery: where the message is afterwards, whatever the program did.</summary>
[Collection(ProgramCollection.Name)]
public sealed class ProgramDeliveryTests : IAsyncLifetime
{
    private readonly ProgramFolder _folder = new();
    private FilterBench _bench = null!;

    public async Task InitializeAsync() => _bench = await FilterBench.StartAsync();

    public async Task DisposeAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_message_that_was_piped_is_not_kept_but_with_copy()
    {
        _folder.Write("ticket", $"echo \"$1 $SENDER $RECIPIENT\" >> {_folder.Note("args")}; cat > {_folder.Note("ticket")}");
        await PutAsync("""pipe "ticket" ["a b"];""");
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync()).Status);
        Assert.Equal("", await _bench.FoldersWithMailAsync());
        Assert.Equal(FilterBench.Plain.ReplaceLineEndings("\r\n"), await File.ReadAllTextAsync(_folder.Note("ticket")));
        Assert.Equal("a b carol@example.net alice@example.com\n", await File.ReadAllTextAsync(_folder.Note("args")));

        await PutAsync("""pipe :copy "ticket" ["c"];""");
        await DeliverAsync();
        Assert.Equal("INBOX:1", await _bench.FoldersWithMailAsync());
    }

    [Theory]
    [InlineData("pipe \"bad\";", "INBOX:1")]
    [InlineData("pipe :try \"bad\";", "INBOX:1")]
    [InlineData("pipe :copy :try \"bad\";", "INBOX:1")]
    [InlineData("pipe \"nowhere\";", "INBOX:1")]
    [InlineData("pipe \"bad\"; fileinto :create \"Other\";", "INBOX:1 Other:1")]
    [InlineData("pipe \"good\"; fileinto :create \"Other\";", "Other:1")]
    [InlineData("pipe \"good\"; pipe \"bad\";", "INBOX:1")]
    [InlineData("discard; pipe \"bad\";", "INBOX:1")]
    public async Task A_pipe_that_fails_keeps_the_message(string script, string folders)
    {
        _folder.Write("bad", "cat >/dev/null; echo went wrong >&2; exit 1");
        _folder.Write("good", "cat >/dev/null");
        await PutAsync(script);
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync()).Status);
        Assert.Equal(folders, await _bench.FoldersWithMailAsync());
    }

    [Fact]
    public async Task A_pipe_has_the_message_as_it_was_when_the_script_asked()
    {
        _folder.Write("keep", $"cat > {_folder.Note("piped")}");
        await PutAsync("""addheader "X-One" "1"; pipe :copy "keep"; addheader "X-Two" "2";""");
        await DeliverAsync();
        Assert.StartsWith("X-One: 1\r\nFrom:", await File.ReadAllTextAsync(_folder.Note("piped")), StringComparison.Ordinal);
        Assert.StartsWith("X-Two: 2\r\nX-One: 1\r\nFrom:", Assert.Single(await _bench.MessagesAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hanging_pipe_is_ended_and_the_message_is_kept()
    {
        _folder.Write("hang", $"echo > {_folder.Note("runs")}; sleep 100000");
        await PutAsync("""pipe "hang";""");
        var delivery = DeliverAsync();
        await Poll.UntilAsync(() => File.Exists(_folder.Note("runs")));
        _bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(DeliveryStatus.Delivered, (await delivery).Status);
        Assert.Equal("INBOX:1", await _bench.FoldersWithMailAsync());
    }

    /// <summary>Plans that are overtaken are made again; the program has run.</summary>
    [Fact]
    public async Task Each_of_many_deliveries_at_once_pipes_once()
    {
        _folder.Write("count", $"cat >/dev/null; echo x >> {_folder.Note("count")}");
        await PutAsync("""require ["vnd.dovecot.pipe", "copy", "vacation"]; vacation "Away."; pipe :copy "count";""", isWhole: true);
        var service = Service(atOnce: 4);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
            await _bench.DeliverAsync(service, FilterBench.Plain.Replace("<1@", $"<{i}@", StringComparison.Ordinal)))));
        Assert.Equal("INBOX:12", await _bench.FoldersWithMailAsync());
        Assert.Single(await _bench.OutboxAsync());
        Assert.Equal(12, (await File.ReadAllLinesAsync(_folder.Note("count"))).Length);
    }

    [Fact]
    public async Task Too_many_programs_put_the_message_off_and_nothing_is_done()
    {
        _folder.Write("hang", $"echo > {_folder.Note("runs")}; sleep 100000");
        await PutAsync("""if header :contains "Subject" "Lunch" { pipe :copy "hang"; } else { fileinto :create "Other"; pipe :copy "hang"; }""");
        var service = Service(atOnce: 1, timeout: TimeSpan.FromDays(20));
        var first = _bench.DeliverAsync(service);
        await Poll.UntilAsync(() => File.Exists(_folder.Note("runs")));
        var second = _bench.DeliverAsync(service, FilterBench.Plain.Replace("Lunch", "Tea", StringComparison.Ordinal));
        await Poll.UntilAsync(() =>
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(200));
            return second.IsCompleted;
        });
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await second).Status);
        Assert.False(first.IsCompleted);
        Assert.Equal("", await _bench.FoldersWithMailAsync());

        _bench.Time.Advance(TimeSpan.FromDays(20));
        Assert.Equal(DeliveryStatus.Delivered, (await first).Status);
    }

    [Fact]
    public async Task A_filter_changes_the_message_for_what_follows()
    {
        _folder.Write("mark", "printf 'X-Checked: %s\\n' \"$1\"; cat");
        await PutAsync("""filter "mark" "yes"; if header "X-Checked" "yes" { fileinto :create "Checked"; keep; }""");
        await DeliverAsync();
        Assert.Equal("INBOX:1 Checked:1", await _bench.FoldersWithMailAsync());
        Assert.Equal("X-Checked: yes\r\n" + FilterBench.Plain.ReplaceLineEndings("\r\n"), Assert.Single(await _bench.MessagesAsync()));
    }

    [Theory]
    [InlineData("cat; exit 1")]
    [InlineData("kill -9 $$")]
    [InlineData("cat >/dev/null")]
    [InlineData("exec yes")]
    public async Task A_filter_that_fails_changes_nothing_and_is_false(string program)
    {
        _folder.Write("bad", program);
        await PutAsync("""if filter "bad" { fileinto :create "Filtered"; } else { fileinto :create "Failed"; keep; }""");
        await DeliverAsync();
        Assert.Equal("INBOX:1 Failed:1", await _bench.FoldersWithMailAsync());
        Assert.Equal(FilterBench.Plain.ReplaceLineEndings("\r\n"), Assert.Single(await _bench.MessagesAsync()));
    }

    [Fact]
    public async Task Execute_takes_text_or_the_message_and_gives_its_output_to_a_variable()
    {
        _folder.Write("upper", "tr a-z A-Z");
        _folder.Write("subject", "sed -n 's/^Subject: \\([A-Za-z]*\\).*/\\1/p' | tr -d '\\n'");
        await PutAsync("""
            if allof(execute :input "abc" :output "a" "upper", execute :pipe :output "b" "subject", not execute :output "a" "missing") { fileinto :create "${a}-${b}"; }
            """);
        await DeliverAsync();
        Assert.Equal("ABC-Lunch:1", await _bench.FoldersWithMailAsync());
    }

    private Task PutAsync(string script, bool isWhole = false) => _bench.PutAsync(isWhole
        ? script
        : $"""require ["vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute", "copy", "fileinto", "mailbox", "variables", "editheader"]; {script}""");

    private Task<DeliveryOutcome> DeliverAsync() => _bench.DeliverAsync(Service());

    private DeliveryService Service(int atOnce = 8, TimeSpan? timeout = null)
    {
        var kind = new ProgramKindOptions(_folder.Bin, timeout ?? TimeSpan.FromSeconds(10));
        return _bench.Service(new ProgramOptions { Pipe = kind, Filter = kind, Execute = kind, AtOnceMax = atOnce, OutputMax = 1 << 20 });
    }
}
