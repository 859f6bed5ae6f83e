using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Sieve;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Filters;

// One message through the scripts of one recipient.
//
// The steps:
//   1. the scripts: before …, the user's (or the default one), after …; each runs only as long as the message is to be kept (SieveInterpreter)
//   2. each action becomes a part of the plan. One that cannot be carried out (a folder's name that is none, nothing to send with) keeps the message instead
//      pipes come last: programs cannot be undone, so that they run when nothing but the account's own answer is left to fail (docs/adr/0031)
//   3. whoever runs the plan stores the bodies and sends one command; see DeliverMessage
// Nothing but by programs is changed before 3, so a failure anywhere before leaves the message with its sender, or in the keep folder where the failure is the script's.

/// <summary>Makes the plan of one delivery.</summary>
internal sealed partial class FilterRun(
    Recipient recipient, DeliveryRequest request, FolderName keepFolder, PipesDone pipes, FilterServices services)
{
    private readonly FilterPlan _plan = new();
    private readonly MailBytes _original = new(request.Message);
    private readonly Dictionary<SieveMessage, MailBytes> _edited = new(ReferenceEqualityComparer.Instance);
    private readonly FilterHost _host = new(recipient, request, keepFolder, services);
    private bool _mustKeep;

    private FilterOptions Options => services.Options;

    private string OwnAddress => recipient.Address.ToString();

    /// <exception cref="MailboxRefusedException">The account cannot be asked now.</exception>
    public async ValueTask<FilterPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var stages = await StagesAsync(cancellationToken);
        if (stages.Count == 0 && Options.SuppressDuplicates is null && _problem is null)
        {
            Keep(_original, []);
            return _plan;
        }

        return await PlanAsync(stages, cancellationToken);
    }

    /// <summary>By these scripts, as at an event of IMAP.</summary>
    /// <exception cref="MailboxRefusedException">Something cannot be looked up now.</exception>
    public async ValueTask<FilterPlan> PlanAsync(IReadOnlyList<SieveStage> stages, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(stages, cancellationToken);
            await TellOwnerAsync(cancellationToken);
        }
        catch (SieveHostUnavailableException e)
        {
            throw Unavailable(e.Message, e);
        }

        _plan.Absent.UnionWith(_host.Absent);
        return _plan;
    }

    private async ValueTask RunAsync(IReadOnlyList<SieveStage> stages, CancellationToken cancellationToken)
    {
        var message = SieveMessage.Create(request.Message);
        var messageId = MessageIdOf(message);
        if (request.Event is null && Options.SuppressDuplicates is { } memory && messageId.Length > 0)
        {
            var key = MarkKey.Of("delivered", messageId, OwnAddress.ToLowerInvariant());
            if (await _host.IsMarkedAsync(key, cancellationToken))
            {
                FilterLog.Duplicate(services.Log, recipient.Account, request.Session);
                return;
            }

            _plan.Marks.Add(new DeliveryMark(key, services.Time.GetUtcNow() + memory));
        }

        if (stages.Count == 0)
        {
            Keep(_original, []);
            return;
        }

        var interpreter = new SieveInterpreter(services.Limits, _host, services.RunOptions, services.Time) { InitialFlags = request.Event?.Flags ?? [] };
        var outcome = await interpreter.RunAsync(stages, message, EnvelopeOf(), null, cancellationToken);
        foreach (var line in outcome.Log)
            FilterLog.Says(services.Log, recipient.Account, request.Session, line);
        if (outcome.IsTemporaryFailure)
            throw Unavailable(outcome.Error?.ToString() ?? "A script cannot be run now.", null);
        if (outcome.Error is { } error)
        {
            FilterLog.Failed(services.Log, recipient.Account, request.Session, error.ToString());
            _problem ??= error.Script == _personal?.Name ? error.ToString() : null;
        }

        NoteFlags(outcome);
        foreach (var action in outcome.Actions)
            await AddAsync(action, messageId, cancellationToken);
        foreach (var pipe in outcome.Actions.OfType<SievePipe>())
            await PipeAsync(pipe, cancellationToken);
        if (_mustKeep && !_plan.Filings.Exists(filing => ReferenceEquals(filing.Message, _original) && filing.Filing.Folder == keepFolder))
            Keep(_original, []);
        if (_plan.Rejection is not null)
            return;
        foreach (var mark in outcome.Marks)
            _plan.Marks.Add(new DeliveryMark(FilterHost.DuplicateKey(mark.Handle, mark.Id), services.Time.GetUtcNow() + mark.Lifetime));
    }

    private async ValueTask<IReadOnlyList<SieveStage>> StagesAsync(CancellationToken cancellationToken)
    {
        var stages = await FilterStages.LoadAsync(services.Scripts, Options, recipient.Account, null, cancellationToken);
        foreach (var path in stages.Missing)
            FilterLog.NoFile(services.Log, path);
        _personal = stages.Personal;
        if (stages.Broken is { } script)
        {
            FilterLog.DoesNotCompile(services.Log, recipient.Account, script.Name, request.Session, script.Problem);
            _problem = script == _personal ? script.Problem : null;
        }

        return stages.Stages;
    }

    private async ValueTask AddAsync(SieveAction action, string messageId, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case SieveKeep keep:
                Keep(BytesOf(keep.Message), keep.Flags);
                break;
            case SieveFileInto file:
                await FileAsync(BytesOf(file.Message), file.Folder, file.Flags, file.Create, file.MailboxId, file.SpecialUse, cancellationToken);
                break;
            case SieveDiscard:
                break;
            case SieveReject reject:
                await RejectAsync(reject, messageId, cancellationToken);
                break;
            case SieveRedirect redirect:
                await RedirectAsync(redirect, messageId, cancellationToken);
                break;
            case SieveVacation vacation:
                await ReplyAsync(vacation, messageId, cancellationToken);
                break;
            case SieveNotify notify:
                await NotifyAsync(notify, messageId, cancellationToken);
                break;
            case SieveReportAbuse report:
                Report(report);
                break;
            case SievePipe:
                break; // In the end, when all else is planned: what a program has done is not undone.
            default:
                NotDone($"{action.GetType().Name} is not known here");
                break;
        }
    }

    private void Keep(MailBytes message, ImmutableArray<string> flags)
    {
        if (request.Event is not null)
        {
            _plan.IsKept = true;
            return;
        }

        var (system, keywords) = FlagsOf(flags);
        _plan.File(message, keepFolder, system, keywords, MissingFolder.UseInbox, SpecialUse.None, subscribe: false);
    }

    private async ValueTask FileAsync(
        MailBytes message, string folder, ImmutableArray<string> flags, bool create, string? mailboxId, string? specialUse, CancellationToken cancellationToken)
    {
        // RFC 9042 §4, RFC 8579 §4: id and use come before the name where they lead to a folder.
        var name = mailboxId is null ? null : await _host.FolderOfIdAsync(mailboxId, cancellationToken);
        if (name is null && specialUse is not null)
            name = await _host.FolderOfUseAsync(specialUse, cancellationToken);
        if (!FolderName.TryCreate(name ?? folder, out var target, out var problem))
        {
            NotDone($"fileinto \"{folder}\": {problem}");
            return;
        }

        var (system, keywords) = FlagsOf(flags);
        var missing = create || Options.CreateFolders ? MissingFolder.Create : MissingFolder.UseInbox;
        var use = specialUse is not null && Enum.TryParse<SpecialUse>(specialUse.TrimStart('\\'), ignoreCase: true, out var known) ? known : SpecialUse.None;
        _plan.File(message, target, system, keywords, missing, use, Options.SubscribeFolders);
    }

    private ValueTask FileCopyAsync(MailBytes message, SieveFcc? fcc, CancellationToken cancellationToken) => fcc is null
        ? ValueTask.CompletedTask
        : FileAsync(message, fcc.Folder, fcc.Flags, fcc.Create, fcc.MailboxId, fcc.SpecialUse, cancellationToken);

    /// <summary>An action that cannot be carried out never costs the message.</summary>
    private void NotDone(string problem)
    {
        FilterLog.NotDone(services.Log, recipient.Account, request.Session, problem);
        _mustKeep = true;
    }

    private MailBytes BytesOf(SieveMessage message)
    {
        if (!message.IsEdited)
            return _original;
        if (!_edited.TryGetValue(message, out var bytes))
            _edited.Add(message, bytes = new MailBytes(message.ToBytes()));
        return bytes;
    }

    private static (SystemFlags System, List<string> Keywords) FlagsOf(ImmutableArray<string> flags)
    {
        var system = SystemFlags.None;
        var keywords = new List<string>();
        foreach (var flag in flags)
        {
            if (flag.StartsWith('\\'))
                system |= Enum.TryParse<SystemFlags>(flag.AsSpan(1), ignoreCase: true, out var known) ? known : SystemFlags.None;
            else if (IsKeyword(flag))
                keywords.Add(flag);
        }

        return (system, keywords);
    }

    // RFC 9051 §9: flag-keyword is an atom.
    private static bool IsKeyword(string flag) => flag.Length is > 0 and <= 100 && flag.All(static c => c is > ' ' and < '\x7f' && !"(){%*\"\\]".Contains(c, StringComparison.Ordinal));

    private static string MessageIdOf(SieveMessage message) =>
        message.Root.Fields("Message-ID") is [var field, ..] && field.Text is { Length: > 2 and <= 998 } text ? text : "";

    private static MailboxRefusedException Unavailable(string message, Exception? inner) => new(RefusalReason.Unavailable, message, inner);
}
