using System.Collections.Frozen;
using MailCluster.Sieve.Commands;

namespace MailCluster.Sieve.Compilation;

/// <summary>All commands and tests by name.</summary>
internal static class CommandTable
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        .. ControlCommands.All, .. BasicTests.All, HeaderTest.Spec, AddressTest.Spec, EnvelopeTest.Spec, BodyTest.Spec, StringTest.Spec, .. DateTests.All, .. MailboxTests.All,
        .. MetadataTests.All, .. ScannerTests.All, EnvironmentTest.Spec, DuplicateTest.Spec, ValidExtListTest.Spec, KeepCommand.Spec, FileIntoCommand.Spec,
        RedirectCommand.Spec, .. RejectCommands.All, VacationCommand.Spec, .. NotifyCommands.All, .. FlagCommands.All, SetCommand.Spec, .. HeaderEditCommands.All,
        .. MimeCommands.All, .. IncludeCommands.All, .. ProgramCommands.All, ReportCommand.Spec, DebugLogCommand.Spec, .. IhaveCommands.All,
    ];

    private static readonly FrozenDictionary<string, CommandSpec> s_byName = All.ToFrozenDictionary(static spec => spec.Name, StringComparer.OrdinalIgnoreCase);

    internal static CommandSpec? Find(string name) => s_byName.GetValueOrDefault(name);
}
