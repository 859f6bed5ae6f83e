using System.Globalization;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>Actions in the form that <see cref="PigeonholeResult"/> gives those of <c>sieve-test</c>.</summary>
internal static class ActionText
{
    public static string Of(SieveAction action) => action switch
    {
        SieveKeep { IsImplicit: true } keep => $"keep{Flags(keep.Flags)}",
        SieveKeep keep => $"store INBOX{Flags(keep.Flags)}",
        SieveFileInto into => $"store {into.Folder}{(into.Create ? " create" : "")}{Flags(into.Flags)}",
        SieveRedirect redirect => $"redirect {redirect.Address.ToLowerInvariant()}",
        SieveReject reject => $"reject {reject.Reason}",
        SieveDiscard => "discard",
        SieveVacation vacation => string.Create(
            CultureInfo.InvariantCulture,
            $"vacation seconds={vacation.Interval.TotalSeconds}{Named("subject", vacation.Subject)}{Named("from", vacation.From)} [{vacation.Reason}]"),
        SieveNotify notify => string.Create(
            CultureInfo.InvariantCulture,
            $"notify importance={notify.Importance}{Named("subject", notify.Text)}{Named("from", notify.From)} recipients= + To: {notify.Method["mailto:".Length..].Split('?')[0]}"),
        _ => action.GetType().Name,
    };

    private static string Flags(IReadOnlyCollection<string> flags) =>
        flags.Count == 0 ? "" : " flags " + string.Join(' ', flags.Select(static flag => flag.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal));

    private static string Named(string name, string? value) => value is null ? "" : $" {name}={value}";
}
