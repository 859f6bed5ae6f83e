using System.Text;
using MailCluster.Bodies;
using MailCluster.Delivery.Filters;
using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Programs;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Sieve;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Delivery.Tests.Filters;

/// <summary>Alice's account, and deliveries into it with scripts that may use everything there is.</summary>
internal sealed class FilterBench : IAsyncDisposable, IDisposable
{
    public const string Plain = "From: Carol <carol@example.net>\nTo: alice@example.com\nSubject: Lunch\nMessage-ID: <1@example.net>\n\nAt noon?\n";

    private static readonly AccountId s_alice = AccountId.Create("alice@example.com");

    private readonly DeliveryMetrics _metrics = new();
    private readonly InMemoryMailboxes _mailboxes;

    private FilterBench(InMemoryMailboxes mailboxes, ManualTimeProvider time) => (_mailboxes, Time) = (mailboxes, time);

    public ManualTimeProvider Time { get; }

    public InMemoryMailboxes Mailboxes => _mailboxes;

    /// <summary>What the user databases say about everybody.</summary>
    public Dictionary<string, string> Fields { get; } = [];

    public static async Task<FilterBench> StartAsync()
    {
        var time = new ManualTimeProvider();
        return new FilterBench(await InMemoryMailboxes.StartAsync(time), time);
    }

    public ScriptLists Lists(ListOptions options) => new(options, new Owners(Fields), Time, NullLogger<ScriptLists>.Instance);

    public DeliveryService Service(ProgramOptions? programs = null, ListOptions? lists = null, FilterOptions? options = null)
    {
        string[] extensions = [.. SieveExtensions.PersonalDefault, "extlists", "vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute", "vnd.dovecot.report"];
        var compiler = new SieveCompiler(new SieveCompilerOptions { PersonalExtensions = [.. extensions], GlobalExtensions = [.. extensions] });
        var filter = new DeliveryFilter(
            _mailboxes.Client, compiler, SieveRunLimits.Default, SieveRunOptions.Default, options ?? new FilterOptions { CanSend = true, HostName = "mail.example.com" },
            Time, NullLogger<DeliveryFilter>.Instance, new ScriptPrograms(programs ?? new ProgramOptions(), new Owners(Fields), Time, NullLogger<ScriptPrograms>.Instance),
            Lists(lists ?? new ListOptions()));
        return new DeliveryService(
            new Users(), new MessageIntake(_mailboxes.Bodies, MimeLimits.Default), _mailboxes.Client, [], new DeliveryOptions(), _metrics, Time,
            NullLogger<DeliveryService>.Instance, filter, _mailboxes.OutboxRegister);
    }

    public async Task<DeliveryOutcome> DeliverAsync(DeliveryService service, string message = Plain, string sender = "carol@example.net")
    {
        var recipient = (await service.ResolveAsync(RecipientAddress.Parse("alice@example.com"), default)).Recipient!;
        var bytes = Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n"));
        return (await service.DeliverAsync(new DeliveryRequest(sender, [recipient], bytes, Time.GetUtcNow(), "s", "lmtp", "192.0.2.1"), default))[0];
    }

    public async Task PutAsync(string script) =>
        await SendAsync(new PutScript(ScriptName.Create("main"), [.. Encoding.UTF8.GetBytes(script)], Activate: true));

    public async Task<IReadOnlyList<OutgoingMail>> OutboxAsync() => [.. (await SendAsync(new ListOutbox())).Entries.Select(entry => entry.Mail)];

    public async Task<string> FoldersWithMailAsync() =>
        string.Join(' ', (await SendAsync(new ListFolders())).Folders.Where(folder => folder.Messages > 0).Select(folder => $"{folder.Name.Value}:{folder.Messages}"));

    public async Task<string[]> FolderNamesWithMailAsync() =>
        [.. (await SendAsync(new ListFolders())).Folders.Where(folder => folder.Messages > 0).Select(folder => folder.Name.Value)];

    public async Task<string[]> MessagesAsync() => [.. (await _mailboxes.BodiesAsync(s_alice.Value)).Select(Encoding.UTF8.GetString)];

    public async Task<string> TextAsync(BodyRef body)
    {
        var bytes = new byte[await _mailboxes.Bodies.GetLengthAsync(body, default)];
        await _mailboxes.Bodies.ReadAsync(body, 0, bytes, default);
        return Encoding.UTF8.GetString(bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _mailboxes.DisposeAsync();
        Dispose();
    }

    public void Dispose() => _metrics.Dispose();

    private ValueTask<T> SendAsync<T>(MailboxCommand<T> command) =>
        _mailboxes.Client.SendAsync(s_alice, command, new CommandContext(CommandId.New(Time), "", "test", ""), default);

    private sealed class Users : IRecipientDirectory
    {
        public ValueTask<AccountId?> FindAsync(string name, CancellationToken cancellationToken) => new(AccountId.Create(name));
    }

    private sealed class Owners(Dictionary<string, string> fields) : IScriptOwners
    {
        public ValueTask<IReadOnlyDictionary<string, string>> FieldsAsync(AccountId account, CancellationToken cancellationToken) => new(fields);
    }
}
