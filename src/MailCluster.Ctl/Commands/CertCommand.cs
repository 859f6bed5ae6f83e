using System.CommandLine;

namespace MailCluster.Ctl.Commands;

/// <summary><c>mailctl cert</c>.</summary>
internal static class CertCommand
{
    public static Command Make() =>
        CtlCommand.Make("cert", "show which certificate is served for which name, and when it ends", [], (_, run) => run.PrintAsync("cert", []));
}
