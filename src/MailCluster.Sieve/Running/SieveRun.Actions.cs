using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Sieve.Commands;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>Actions are not carried out here: they are collected, checked against each other and given to the host with the outcome.</summary>
internal sealed partial class SieveRun
{
    private void Act(ScriptFrame frame, OpCode op)
    {
        switch (op)
        {
            case OpCode.Keep:
                Keep(frame);
                break;
            case OpCode.FileInto:
                FileInto(frame);
                break;
            case OpCode.Redirect:
                Redirect(frame);
                break;
            case OpCode.Discard:
                _isDiscarded = true;
                _isKeepCancelled = true;
                Trace(frame, "discard");
                break;
            case OpCode.Reject:
                Reject(frame);
                break;
            case OpCode.Vacation:
                Vacation(frame);
                break;
            case OpCode.Notify:
                Notify(frame);
                break;
            case OpCode.Flags:
                ChangeFlags(frame);
                break;
            case OpCode.Set:
                Set(frame);
                break;
            case OpCode.AddHeader:
                AddHeader(frame);
                break;
            case OpCode.DeleteHeader:
                DeleteHeader(frame);
                break;
            case OpCode.Replace:
                Replace(frame);
                break;
            case OpCode.Enclose:
                Enclose(frame);
                break;
            case OpCode.ExtractText:
                ExtractText(frame);
                break;
            case OpCode.Pipe:
                Pipe(frame);
                break;
            case OpCode.Report:
                Report(frame);
                break;
            case OpCode.DebugLog:
                DebugLog(frame);
                break;
            default:
                throw SieveRunException.Error($"there is no operation {(byte)op}");
        }
    }

    private void Keep(ScriptFrame frame)
    {
        var flags = FlagsOf(frame, frame.Reader.ReadOptionalId());
        CheckNotRejected("keep");
        _keep = new SieveKeep(_message, flags, false);
        _isKeepLast = true;
        Trace(frame, $"keep{Shown(flags)}");
    }

    private void FileInto(ScriptFrame frame)
    {
        var bits = (ActionBits)frame.Reader.ReadInt();
        var folder = Folder(frame, frame.Reader.ReadInt());
        var flags = FlagsOf(frame, frame.Reader.ReadOptionalId());
        var id = OptionalText(frame, frame.Reader.ReadOptionalId());
        var use = OptionalText(frame, frame.Reader.ReadOptionalId());
        CheckNotRejected("fileinto");
        if (IsInbox(folder))
        {
            folder = "INBOX";
            _isKeepLast = false;
        }

        Add(new SieveFileInto(_message, folder, flags, (bits & ActionBits.Create) != 0, id, use), bits);
        Trace(frame, $"fileinto \"{folder}\"{Shown(flags)}");
    }

    private void Redirect(ScriptFrame frame)
    {
        var bits = (ActionBits)frame.Reader.ReadInt();
        var target = Text(frame, frame.Reader.ReadInt());
        var notify = OptionalText(frame, frame.Reader.ReadOptionalId());
        var ret = OptionalText(frame, frame.Reader.ReadOptionalId());
        var seconds = frame.Reader.ReadOptional();
        var at = OptionalText(frame, frame.Reader.ReadOptionalId());
        var mode = OptionalText(frame, frame.Reader.ReadOptionalId());
        CheckNotRejected("redirect");
        var isList = (bits & ActionBits.List) != 0;
        var address = "";
        if (!isList && !SieveAddress.TryParse(target, out address!))
            throw SieveRunException.Error($"\"{Shown(target)}\" is no address to redirect to");

        var dsn = notify is null && ret is null ? null : new SieveRedirectDsn(
            Word(notify, RedirectParameters.Notify, "notify"), Word(ret, RedirectParameters.Return, "ret"));
        SieveDeliverBy? by = null;
        if (seconds is not null || at is not null)
        {
            DateTimeOffset time = default;
            if (at is not null && !DateParts.TryParseIso8601(at, out time))
                throw SieveRunException.Error($"\"{Shown(at)}\" is no date for :bytimeabsolute");
            var isNotify = mode is null ? false : RedirectParameters.IsNotify(mode) ?? throw SieveRunException.Error($"\"{Shown(mode)}\" is no mode for :bymode");
            by = new SieveDeliverBy(seconds, at is null ? null : time, isNotify, (bits & ActionBits.ByTrace) != 0);
        }

        // RFC 5703 §6: what goes on to somebody else is the message without what the user's script put around it.
        var redirect = new SieveRedirect(_message.Unenclosed, address, dsn, by, isList ? target : null);
        if (!All.OfType<SieveRedirect>().Any(other => IsSame(other, redirect)) && All.OfType<SieveRedirect>().Count() == _limits.RedirectsMax)
            throw SieveRunException.Limit($"more than {_limits.RedirectsMax} redirects");
        Add(redirect, bits);
        Trace(frame, $"redirect \"{target}\"");
    }

    private static string? Word(string? text, Func<string, string?> read, string tag) =>
        text is null ? null : read(text) ?? throw SieveRunException.Error($"\"{Shown(text)}\" is no value for :{tag}");

    private void Reject(ScriptFrame frame)
    {
        var isEreject = frame.Reader.ReadInt() != 0;
        var reason = Text(frame, frame.Reader.ReadInt());
        var name = isEreject ? "ereject" : "reject";
        CheckDelivery(name);
        CheckNotRejected(name);

        // RFC 5429 §2.4: who is told that the message was refused must not have it delivered all the same. What an earlier stage does besides a keep (an
        // archive, say) is the operator's business and stays.
        var rival = _stageActions.Find(static action => action is SieveFileInto or SieveRedirect or SievePipe) ?? All.FirstOrDefault(static action => action is SieveVacation) ?? _keep;
        if (rival is not null)
            throw SieveRunException.Error($"{name} cannot be combined with {NameOf(rival)}");
        Add(new SieveReject(_original, reason, isEreject), ActionBits.None);
        Trace(frame, $"{name} \"{reason}\"");
    }

    private void Vacation(ScriptFrame frame)
    {
        var bits = (ActionBits)frame.Reader.ReadInt();
        var reason = Text(frame, frame.Reader.ReadInt());
        var seconds = (long)Math.Min(frame.Reader.ReadNumber(), int.MaxValue);
        var subject = OptionalText(frame, frame.Reader.ReadOptionalId());
        var from = OptionalText(frame, frame.Reader.ReadOptionalId());
        var handle = OptionalText(frame, frame.Reader.ReadOptionalId());
        var addresses = OptionalList(frame, frame.Reader.ReadOptionalId());
        var fcc = Fcc(frame);
        CheckDelivery("vacation");
        CheckNotRejected("vacation");

        // RFC 5230 §4.7
        if (All.Any(static action => action is SieveVacation))
            throw SieveRunException.Error("vacation can be asked for only once");
        if (from is not null)
            CheckSender(from);
        var isMime = (bits & ActionBits.Mime) != 0;
        handle ??= HandleOf(reason, subject, from, isMime);
        Add(new SieveVacation(_original, handle, TimeSpan.FromSeconds(seconds), subject, from, [.. addresses], isMime, reason, fcc), ActionBits.Copy);
        Trace(frame, $"vacation \"{reason}\"");
    }

    /// <summary>RFC 5230 §4.2: answers that differ in anything that is said are different ones.</summary>
    private static string HandleOf(string reason, string? subject, string? from, bool isMime)
    {
        var all = $"{reason.Length}:{reason}{subject?.Length}:{subject}{from?.Length}:{from}{isMime}";
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }

    private void Notify(ScriptFrame frame)
    {
        var method = Text(frame, frame.Reader.ReadInt());
        var from = OptionalText(frame, frame.Reader.ReadOptionalId());
        var importance = OptionalText(frame, frame.Reader.ReadOptionalId()) ?? "2";
        var options = OptionalList(frame, frame.Reader.ReadOptionalId());
        var text = OptionalText(frame, frame.Reader.ReadOptionalId());
        var fcc = Fcc(frame);
        if (!_host.IsValidNotifyMethod(method))
            throw SieveRunException.Error($"notifications cannot be sent by \"{Shown(method)}\"");
        if (importance is not ("1" or "2" or "3"))
            throw SieveRunException.Error($"\"{Shown(importance)}\" is no importance");

        // RFC 5435 §3.3: a sender that is none is left out.
        if (from is not null && !SieveAddress.TryParse(from, out _))
            from = null;
        if (All.Count(static action => action is SieveNotify) >= _limits.NotificationsMax)
            throw SieveRunException.Limit($"more than {_limits.NotificationsMax} notifications");
        Add(new SieveNotify(_message, method, from, importance[0] - '0', [.. options], text, fcc), ActionBits.Copy);
        Trace(frame, $"notify \"{method}\"");
    }

    private void Pipe(ScriptFrame frame)
    {
        var bits = (ActionBits)frame.Reader.ReadInt();
        var program = Text(frame, frame.Reader.ReadInt());
        var arguments = OptionalList(frame, frame.Reader.ReadOptionalId());
        CheckNotRejected("pipe");
        if (All.Any(action => action is SievePipe other && other.Program == program))
            throw SieveRunException.Error($"the message is piped to \"{program}\" twice");
        CountProgram();
        Add(new SievePipe(_message, program, [.. arguments], (bits & ActionBits.Try) != 0), bits);
        Trace(frame, $"pipe \"{program}\"");
    }

    private void Report(ScriptFrame frame)
    {
        var headersOnly = frame.Reader.ReadInt() != 0;
        var type = Text(frame, frame.Reader.ReadInt());
        var text = Text(frame, frame.Reader.ReadInt());
        var target = Text(frame, frame.Reader.ReadInt());
        if (!ReportCommand.IsToken(type))
            throw SieveRunException.Error($"\"{Shown(type)}\" is no feedback type");
        if (!SieveAddress.TryParse(target, out var address))
            throw SieveRunException.Error($"\"{Shown(target)}\" is no address to send a report to");
        if (!All.OfType<SieveReportAbuse>().Any(other => other.FeedbackType.Equals(type, StringComparison.OrdinalIgnoreCase) && other.Address.Equals(address, StringComparison.OrdinalIgnoreCase)))
            Add(new SieveReportAbuse(_message, type, text, address, headersOnly), ActionBits.Copy);
        Trace(frame, $"report \"{type}\" to \"{address}\"");
    }

    private void DebugLog(ScriptFrame frame)
    {
        var text = Text(frame, frame.Reader.ReadInt());
        _log ??= [];
        if (_log.Count < _limits.LogLinesMax)
            _log.Add($"{frame.Name}:{frame.Line}: {Cut(text, Math.Min(text.Length, LogCharactersMax))}");
        Trace(frame, $"debug_log \"{text}\"");
    }

    private const int LogCharactersMax = 1024;
    private List<string>? _log;

    private SieveFcc? Fcc(ScriptFrame frame)
    {
        var folder = frame.Reader.ReadOptionalId();
        var flags = frame.Reader.ReadOptionalId();
        var bits = (ActionBits)frame.Reader.ReadInt();
        var id = OptionalText(frame, frame.Reader.ReadOptionalId());
        var use = OptionalText(frame, frame.Reader.ReadOptionalId());
        if (folder < 0)
            return null;

        // The flags of the internal variable are meant for the message that came, not for the one that is sent.
        return new SieveFcc(Folder(frame, folder), flags < 0 ? [] : FlagsOf(frame, flags), (bits & ActionBits.Create) != 0, id, use);
    }

    private string Folder(ScriptFrame frame, int id)
    {
        var name = Text(frame, id);
        if (FolderName.WhyNot(name) is { } why)
            throw SieveRunException.Error($"\"{Shown(name)}\" is no name of a folder: {why}");
        return name;
    }

    private static void CheckSender(string from)
    {
        if (!SieveAddress.TryParse(from, out _))
            throw SieveRunException.Error($"\"{Shown(from)}\" is no address that an answer can come from");
    }

    /// <summary>Whether the message is in a folder already, and something happened to it there (RFC 6785).</summary>
    private bool IsImapEvent => _host.EnvironmentItem("imap.cause") is not null;

    /// <summary>RFC 6785 §3.11: there is nobody to answer to.</summary>
    private void CheckDelivery(string name)
    {
        if (IsImapEvent)
            throw SieveRunException.Error($"{name} has no meaning for an event of IMAP");
    }

    private static string Shown(ImmutableArray<string> flags) => flags.IsEmpty ? "" : $" [{string.Join(' ', flags)}]";
}
