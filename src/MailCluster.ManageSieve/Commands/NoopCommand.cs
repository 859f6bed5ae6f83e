using System.Collections.Immutable;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>NOOP (RFC 5804 §2.13): the tag comes back, so that a client knows what has been answered.</summary>
internal sealed class NoopCommand : ManageSieveCommand
{
    public override string Name => "NOOP";

    public override SessionState Allowed => SessionState.Any;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Tag, IsOptional: true)];

    public override ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments) => new(
        arguments is [var tag] ? new Answer(AnswerStatus.Ok, "Done", ResponseCodes.Tag, tag.Bytes) : Answer.Ok("Noop completed"));
}
