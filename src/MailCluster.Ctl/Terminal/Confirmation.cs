namespace MailCluster.Ctl.Terminal;

/// <summary>Asks before something that cannot be taken back.</summary>
internal static class Confirmation
{
    /// <exception cref="CtlException">No, or there is nobody to ask.</exception>
    public static void Require(string question, bool yes)
    {
        if (yes) return;
        if (Console.IsInputRedirected) throw new CtlException(
            ExitCodes.Usage, "there is no terminal to ask for confirmation on; use --yes");
        Console.Error.Write($"{question} [y/N] ");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes")) throw new CtlException(ExitCodes.Usage, "nothing was done");
    }
}
