namespace MailCluster.Ctl;

/// <summary>Exit codes in the numbers of sysexits.h, as doveadm uses them. The node answers with the same ones.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>fsck: everything that was found has been repaired.</summary>
    public const int FsckRepaired = 1;

    /// <summary>fsck: something is left that was not repaired.</summary>
    public const int FsckFindings = 4;

    /// <summary>EX_USAGE.</summary>
    public const int Usage = 64;

    /// <summary>EX_DATAERR: what was given is wrong, as a script with errors.</summary>
    public const int NotPossible = 65;

    /// <summary>EX_NOINPUT: a file that is to be read cannot be.</summary>
    public const int NoInput = 66;

    /// <summary>EX_UNAVAILABLE: no node answers on the socket.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_SOFTWARE: a fault of mailctl or the node.</summary>
    public const int Internal = 70;

    /// <summary>EX_NOPERM.</summary>
    public const int NoPermission = 77;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
