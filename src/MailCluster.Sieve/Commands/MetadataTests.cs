using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Commands;

/// <summary>metadata, metadataexists, servermetadata, servermetadataexists (RFC 5490 §4 and §5).</summary>
internal static class MetadataTests
{
    internal static IReadOnlyList<CommandSpec> All { get; } =
    [
        new()
        {
            Name = "metadata", Kind = CommandKind.Test, Extension = "mboxmetadata", Tags = Tags.Match,
            Positional = [ArgumentKind.String, ArgumentKind.String, ArgumentKind.Strings],
            Usage = $"metadata {Tags.MatchUsage} <mailbox> <annotation-name> <keys>",
            Emit = static (command, script) =>
            {
                var mailbox = script.Folder(command.String(0));
                var entry = script.String(command.String(1));
                var keys = script.Strings(command.Strings(2));
                script.Op(OpCode.Metadata, command.Offset).Match(script.Match(command, command.Strings(2))).Id(mailbox).Id(entry).Id(keys);
            },
        },
        new()
        {
            Name = "metadataexists", Kind = CommandKind.Test, Extension = "mboxmetadata", Positional = [ArgumentKind.String, ArgumentKind.Strings],
            Usage = "metadataexists <mailbox> <annotation-names>",
            Emit = static (command, script) =>
            {
                var mailbox = script.Folder(command.String(0));
                var entries = script.Strings(command.Strings(1));
                script.Op(OpCode.MetadataExists, command.Offset).Id(mailbox).Id(entries);
            },
        },
        new()
        {
            Name = "servermetadata", Kind = CommandKind.Test, Extension = "servermetadata", Tags = Tags.Match, Positional = [ArgumentKind.String, ArgumentKind.Strings],
            Usage = $"servermetadata {Tags.MatchUsage} <annotation-name> <keys>",
            Emit = static (command, script) =>
            {
                var entry = script.String(command.String(0));
                var keys = script.Strings(command.Strings(1));
                script.Op(OpCode.ServerMetadata, command.Offset).Match(script.Match(command, command.Strings(1))).Id(entry).Id(keys);
            },
        },
        new()
        {
            Name = "servermetadataexists", Kind = CommandKind.Test, Extension = "servermetadata", Positional = [ArgumentKind.Strings], Usage = "servermetadataexists <annotation-names>",
            Emit = static (command, script) =>
            {
                var entries = script.Strings(command.Strings(0));
                script.Op(OpCode.ServerMetadataExists, command.Offset).Id(entries);
            },
        },
    ];
}
