using System.Globalization;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>pipe (vnd.dovecot.pipe): the message goes to a program before the account's change, so that a failure keeps it and a success is never forgotten by a crash.</summary>
internal sealed partial class FilterRun
{
    private async ValueTask PipeAsync(SievePipe pipe, CancellationToken cancellationToken)
    {
        if (!pipes.TryGet(pipe.Program, pipe.Arguments, out var problem))
        {
            var result = await services.Programs.RunAsync(
                SieveProgramKind.Pipe, pipe.Program, pipe.Arguments, BytesOf(pipe.Message).Bytes, _host.Context, cancellationToken);
            problem = result.IsSuccess ? null : result.Problem ?? string.Create(CultureInfo.InvariantCulture, $"exit code {result.ExitCode}");
            pipes.Add(pipe.Program, pipe.Arguments, problem);
        }

        if (problem is null)
            return;

        // :try says that this may happen: the program's own line in the log is enough. Kept the message is either way.
        if (pipe.Try)
            _mustKeep = true;
        else
            NotDone($"pipe into \"{pipe.Program}\": {problem}");
    }
}
