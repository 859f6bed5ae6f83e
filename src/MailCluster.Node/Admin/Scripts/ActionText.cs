using System.Text;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>What a script has decided, as one line of text each.</summary>
internal static class ActionText
{
    public static string Of(SieveAction action)
    {
        var text = new StringBuilder();
        switch (action)
        {
            case SieveKeep keep:
                text.Append("keep").Append(keep.IsImplicit ? " (implicit)" : "");
                Flags(text, keep.Flags);
                break;
            case SieveFileInto file:
                text.Append("fileinto ").Append(Quoted(file.Folder)).Append(file.Create ? ", created if missing" : "");
                Option(text, "mailboxid", file.MailboxId);
                Option(text, "specialuse", file.SpecialUse);
                Flags(text, file.Flags);
                break;
            case SieveRedirect redirect:
                text.Append("redirect ").Append(Quoted(redirect.List ?? redirect.Address));
                break;
            case SieveDiscard:
                text.Append("discard");
                break;
            case SieveReject reject:
                text.Append(reject.IsEreject ? "ereject " : "reject ").Append(Quoted(reject.Reason));
                break;
            case SieveVacation vacation:
                text.Append("vacation, not again for ").Append(vacation.Interval);
                Option(text, "subject", vacation.Subject);
                Option(text, "from", vacation.From);
                Option(text, vacation.IsMime ? "mime" : "text", vacation.Reason);
                break;
            case SieveNotify notify:
                text.Append("notify ").Append(Quoted(notify.Method)).Append(", importance ").Append(notify.Importance);
                Option(text, "message", notify.Text);
                break;
            case SievePipe pipe:
                text.Append("pipe into ").Append(Call(pipe.Program, pipe.Arguments));
                break;
            case SieveReportAbuse report:
                text.Append("report ").Append(report.FeedbackType).Append(" to ").Append(Quoted(report.Address));
                break;
            default:
                text.Append(action.GetType().Name);
                break;
        }

        return text.Append(action.Message.IsEdited ? ", edited message" : "").ToString();
    }

    /// <summary>A program that was not run.</summary>
    /// <param name="problem">Why a delivery could not run it either; null: it could.</param>
    public static string OfProgram(SieveProgramKind kind, string program, IEnumerable<string> arguments, string? problem) =>
        $"{kind.ToString().ToLowerInvariant()} {(problem is null ? "would run" : "could not run")} {Call(program, arguments)}{(problem is null ? "" : $": {problem}")}";

    private static string Call(string program, IEnumerable<string> arguments) => string.Join(' ', arguments.Prepend(program).Select(Quoted));

    /// <summary>One line, whatever is in it.</summary>
    private static string Quoted(string text) => $"\"{text.ReplaceLineEndings("\\n")}\"";

    private static void Option(StringBuilder text, string name, string? value)
    {
        if (value is not null)
            text.Append(", ").Append(name).Append(' ').Append(Quoted(value));
    }

    private static void Flags(StringBuilder text, IReadOnlyCollection<string> flags)
    {
        if (flags.Count > 0)
            text.Append(", flags ").AppendJoin(' ', flags);
    }
}
