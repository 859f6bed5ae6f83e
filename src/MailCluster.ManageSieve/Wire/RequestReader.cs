using System.Buffers;
using MailCluster.ManageSieve.Commands;
using MailCluster.ManageSieve.Session;

namespace MailCluster.ManageSieve.Wire;

// Requests are read from the beginning each time more has come. That is cheap: a literal is passed over by its length, everything else is short; and
// nothing is copied before the request is complete.
//
// Every limit is checked where it is announced: a literal by its marker, before its content is waited for; everything else by what is there. A session that waits
// therefore holds at most one literal of the largest script, and before login one of the longest initial response: no command that takes a script is allowed then.

/// <summary>Cuts requests out of the input. Pure.</summary>
internal static class RequestReader
{
    /// <param name="input">What has come.</param>
    /// <param name="state">Of the session: it decides which commands are read at all.</param>
    /// <param name="scriptBytesMax">The largest script.</param>
    /// <param name="request">When complete: the request; when rejected: its command, if that is known.</param>
    /// <param name="fault">When rejected: why.</param>
    /// <param name="consumed">Where the input goes on: behind a complete request; where a rejected one went wrong.</param>
    public static RequestStatus TryRead(
        in ReadOnlySequence<byte> input, SessionState state, int scriptBytesMax, out Request request, out RequestFault fault, out SequencePosition consumed)
    {
        request = default;
        fault = RequestFault.None;
        consumed = input.Start;
        var reader = new WireReader(input);
        var status = reader.ReadAtom(WireLimits.CommandBytesMax, out var name);
        if (status != TokenStatus.Ok)
            return Stop(status, RequestFault.Syntax, RequestFault.UnknownCommand, out fault);
        if (CommandTable.Find(name) is not { } command)
            return Reject(RequestFault.UnknownCommand, out fault);
        request = new Request(command, []);
        if ((command.Allowed & state) == 0)
            return Reject(RequestFault.WrongState, out fault);

        var values = new WireArgument[command.Parameters.Length];
        var count = 0;
        foreach (var parameter in command.Parameters)
        {
            consumed = reader.Position;
            status = reader.ReadSpace();
            if (status == TokenStatus.Bad && parameter.IsOptional)
                break;
            if (status == TokenStatus.Ok)
            {
                consumed = reader.Position;
                status = ReadArgument(ref reader, parameter, scriptBytesMax, out values[count]);
            }

            if (status != TokenStatus.Ok)
            {
                var tooLong = parameter.Kind == ParameterKind.Script ? RequestFault.ScriptTooLarge : RequestFault.TooLong;
                return Stop(status, RequestFault.Arguments, tooLong, out fault);
            }

            count++;
        }

        consumed = reader.Position;
        status = reader.ReadCrlf();
        if (status != TokenStatus.Ok)
            return Stop(status, RequestFault.Arguments, RequestFault.Arguments, out fault);
        consumed = reader.Position;
        request = new Request(command, [.. values.Take(count).Select(static value => value.Copy())]);
        return RequestStatus.Complete;
    }

    private static TokenStatus ReadArgument(ref WireReader reader, Parameter parameter, int scriptBytesMax, out WireArgument value)
    {
        value = default;
        if (parameter.Kind == ParameterKind.Number)
        {
            var status = reader.ReadNumber(out var number);
            value = new WireArgument(default, number);
            return status;
        }

        var outcome = reader.ReadString(parameter.BytesMax(scriptBytesMax), out var text);
        value = new WireArgument(text, 0);
        return outcome;
    }

    /// <param name="status">How the token went; not well.</param>
    /// <param name="bad">What it means that something else is there.</param>
    /// <param name="tooLong">What it means that it is too long.</param>
    /// <param name="fault">Which of these it is.</param>
    private static RequestStatus Stop(TokenStatus status, RequestFault bad, RequestFault tooLong, out RequestFault fault)
    {
        (fault, var outcome) = status switch
        {
            TokenStatus.NeedMore => (RequestFault.None, RequestStatus.NeedMore),
            TokenStatus.NeedLiteral => (RequestFault.None, RequestStatus.NeedLiteral),
            TokenStatus.TooLong => (tooLong, RequestStatus.Rejected),
            _ => (bad, RequestStatus.Rejected),
        };
        return outcome;
    }

    private static RequestStatus Reject(RequestFault why, out RequestFault fault)
    {
        fault = why;
        return RequestStatus.Rejected;
    }

    private readonly record struct WireArgument(WireString Text, uint Number)
    {
        public Argument Copy() => new(Text.ToArray(), Number);
    }
}
