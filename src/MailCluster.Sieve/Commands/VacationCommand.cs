using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>vacation (RFC 5230), with seconds (RFC 6131) and a copy (RFC 8580).</summary>
internal static class VacationCommand
{
    internal static CommandSpec Spec { get; } = new()
    {
        Name = "vacation",
        Kind = CommandKind.Action,
        Extension = "vacation",
        Tags =
        [
            new("days", ArgumentKind.Number, null, "interval"), new("seconds", ArgumentKind.Number, "vacation-seconds", "interval"), new("subject", ArgumentKind.String),
            new("from", ArgumentKind.String), new("addresses", ArgumentKind.Strings), new("mime"), new("handle", ArgumentKind.String), .. Tags.Fcc,
        ],
        Positional = [ArgumentKind.String],
        Usage = "vacation [:days <number> / :seconds <number>] [:subject <string>] [:from <address>] [:addresses <addresses>] [:mime] [:handle <string>] [:fcc <mailbox>] <reason>;",
        Emit = static (command, script) =>
        {
            if (command.StringOf("from") is { } sender)
                script.CheckAddress(sender, "an answer can come from");
            foreach (var address in command.StringsOf("addresses")?.Strings ?? [])
                script.CheckAddress(address, "can be the user's");
            var reason = script.String(command.String(0));
            var subject = script.OptionalString(command.StringOf("subject"));
            var from = script.OptionalString(command.StringOf("from"));
            var handle = script.OptionalString(command.StringOf("handle"));
            var addresses = script.OptionalStrings(command.StringsOf("addresses"));
            script.Op(OpCode.Vacation, command.Offset).Number((ulong)(command.Has("mime") ? ActionBits.Mime : 0)).Id(reason)
                .Number((ulong)Interval(command, script).TotalSeconds).Id(subject).Id(from).Id(handle).Id(addresses);
            script.Fcc(command);
        },
    };

    /// <summary>RFC 5230 §4.1: intervals outside of the site's are brought to its limits; zero days are one.</summary>
    private static TimeSpan Interval(BoundCommand command, ScriptCompiler script)
    {
        var tag = command.Has("seconds") ? "seconds" : "days";
        var options = script.Options;
        var asked = command.NumberOf(tag) is not { } number ? options.VacationIntervalDefault
            : number > int.MaxValue / 86400 ? TimeSpan.MaxValue
            : tag == "seconds" ? TimeSpan.FromSeconds(number) : TimeSpan.FromDays(Math.Max(number, 1));
        var interval = asked < options.VacationIntervalMin ? options.VacationIntervalMin : asked > options.VacationIntervalMax ? options.VacationIntervalMax : asked;
        if (interval != asked && command.Has(tag))
            script.Diagnostics.Warning(command.OffsetOf(tag), $"the interval will be {interval.TotalSeconds:0} seconds", $"this server takes intervals from {options.VacationIntervalMin.TotalSeconds:0} to {options.VacationIntervalMax.TotalSeconds:0} seconds");
        return interval;
    }
}
