namespace MailCluster.ManageSieve.Tests.Wire;

/// <summary>
/// Conversations: what a client sends, all at once and then closes, and what it is answered after the greeting. One corpus for the reader, a session over an
/// in-memory pipe, and a real socket; whole and byte by byte.
/// </summary>
internal static class Conversations
{
    /// <summary><c>\0alice\0alice</c>.</summary>
    private const string Login = "AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\n";
    private const string LoggedIn = "OK \"Logged in\"\r\n";

    public const string Greeting =
        "\"IMPLEMENTATION\" \"MailCluster 1.0\"\r\n\"SIEVE\" \"fileinto vacation\"\r\n\"NOTIFY\" \"mailto\"\r\n\"SASL\" \"PLAIN LOGIN\"\r\n"
        + "\"MAXREDIRECTS\" \"4\"\r\n\"LANGUAGE\" \"en\"\r\n\"UNAUTHENTICATE\"\r\n\"VERSION\" \"1.0\"\r\nOK \"MailCluster ready\"\r\n";

    private const string Owned =
        "\"IMPLEMENTATION\" \"MailCluster 1.0\"\r\n\"SIEVE\" \"fileinto vacation\"\r\n\"NOTIFY\" \"mailto\"\r\n\"SASL\" \"PLAIN LOGIN\"\r\n"
        + "\"MAXREDIRECTS\" \"4\"\r\n\"LANGUAGE\" \"en\"\r\n\"OWNER\" \"alice@example.com\"\r\n\"UNAUTHENTICATE\"\r\n\"VERSION\" \"1.0\"\r\n";

    public static IReadOnlyDictionary<string, (string Client, string Server)> All { get; } = new Dictionary<string, (string, string)>
    {
        ["logout"] = ("LogOut\r\nNOOP\r\n", "OK \"Logout completed\"\r\n"),
        ["capability"] = (Login + "capability\r\n", LoggedIn + Owned + "OK \"Capability completed\"\r\n"),
        ["noop"] = (
            "NOOP\r\nnoop \"a tag\"\r\nNOOP {5+}\r\na\r\n\"\\\r\nNOOP \"q\\\"\\\\\"\r\nNOOP \"\"\r\n",
            "OK \"Noop completed\"\r\nOK (TAG \"a tag\") \"Done\"\r\nOK (TAG {5}\r\na\r\n\"\\) \"Done\"\r\nOK (TAG \"q\\\"\\\\\") \"Done\"\r\nOK (TAG \"\") \"Done\"\r\n"),
        ["scripts"] = (
            Login + "LISTSCRIPTS\r\nHAVESPACE \"a\" 5\r\nPUTSCRIPT \"a\" {5+}\r\nkeep;\r\nputscript {3+}\r\nq\"q \"stop;\"\r\nSETACTIVE \"a\"\r\nLISTSCRIPTS\r\n"
            + "GETSCRIPT \"a\"\r\nPUTSCRIPT \"a\" \"discard;\"\r\nGETSCRIPT {1+}\r\na\r\nSETACTIVE \"\"\r\nSETACTIVE \"\"\r\nLISTSCRIPTS\r\n",
            LoggedIn + "OK \"Listscripts completed\"\r\nOK \"There is space\"\r\nOK \"Putscript completed\"\r\nOK \"Putscript completed\"\r\nOK \"Setactive completed\"\r\n"
            + "\"a\" ACTIVE\r\n\"q\\\"q\"\r\nOK \"Listscripts completed\"\r\n{5}\r\nkeep;\r\nOK \"Getscript completed\"\r\nOK \"Putscript completed\"\r\n"
            + "{8}\r\ndiscard;\r\nOK \"Getscript completed\"\r\nOK \"Setactive completed\"\r\nOK \"Setactive completed\"\r\n"
            + "\"a\"\r\n\"q\\\"q\"\r\nOK \"Listscripts completed\"\r\n"),
        ["rename and delete"] = (
            Login + "PUTSCRIPT \"a\" \"keep;\"\r\nPUTSCRIPT \"b\" \"keep;\"\r\nSETACTIVE \"a\"\r\nRENAMESCRIPT \"a\" \"b\"\r\nRENAMESCRIPT \"a\" \"c\"\r\n"
            + "RENAMESCRIPT \"a\" \"d\"\r\nDELETESCRIPT \"c\"\r\nDELETESCRIPT \"b\"\r\nDELETESCRIPT \"b\"\r\nSETACTIVE \"b\"\r\nGETSCRIPT \"b\"\r\nLISTSCRIPTS\r\n",
            LoggedIn + "OK \"Putscript completed\"\r\nOK \"Putscript completed\"\r\nOK \"Setactive completed\"\r\n"
            + "NO (ALREADYEXISTS) \"The script 'b' exists already.\"\r\nOK \"Renamescript completed\"\r\nNO (NONEXISTENT) \"There is no script 'a'.\"\r\n"
            + "NO (ACTIVE) \"The script 'c' is active; deactivate it first.\"\r\nOK \"Deletescript completed\"\r\nNO (NONEXISTENT) \"There is no script 'b'.\"\r\n"
            + "NO (NONEXISTENT) \"There is no script 'b'.\"\r\nNO (NONEXISTENT) \"There is no script 'b'.\"\r\n\"c\" ACTIVE\r\nOK \"Listscripts completed\"\r\n"),
        ["errors and warnings"] = (
            Login + "PUTSCRIPT \"a\" {13+}\r\nkeep;\r\nerror1\r\nCHECKSCRIPT {21+}\r\nwarning\r\nx\r\nerror two\r\nPUTSCRIPT \"a\" {15+}\r\nkeep;\r\nwarning1\r\n"
            + "CHECKSCRIPT \"keep;\"\r\nGETSCRIPT \"a\"\r\nPUTSCRIPT \"a\" \"error\"\r\nPUTSCRIPT \"b\" \"\"\r\nCHECKSCRIPT \"bug\"\r\nGETSCRIPT \"a\"\r\n",
            LoggedIn + "NO \"line 2: error1\"\r\nNO {58}\r\nline 1: warning: warning (leave it out)\r\nline 3: error two\r\n"
            + "OK (WARNINGS) \"line 2: warning: warning1 (leave it out)\"\r\nOK \"Script is valid\"\r\n{15}\r\nkeep;\r\nwarning1\r\nOK \"Getscript completed\"\r\n"
            + "NO \"line 1: error\"\r\nNO \"A script must not be empty.\"\r\nNO \"The server has a fault; it is noted in its log\"\r\n"
            + "{15}\r\nkeep;\r\nwarning1\r\nOK \"Getscript completed\"\r\n"),
        ["quotas"] = (
            Login + "HAVESPACE \"a\" 2001\r\nHAVESPACE \"a\" 4294967295\r\nPUTSCRIPT \"a\" {2001+}\r\n" + Text(2001) + "\r\nPUTSCRIPT \"a\" {2000+}\r\n" + Text(2000)
            + "\r\nPUTSCRIPT \"b\" {1900+}\r\n" + Text(1900) + "\r\nHAVESPACE \"c\" 101\r\nHAVESPACE \"b\" 2000\r\nPUTSCRIPT \"c\" \"k\"\r\nHAVESPACE \"d\" 1\r\n"
            + "PUTSCRIPT \"d\" \"k\"\r\nPUTSCRIPT \"a\" {2000+}\r\n" + Text(2000) + "\r\n",
            LoggedIn + "NO (QUOTA/MAXSIZE) \"A script has at most 2000 bytes.\"\r\nNO (QUOTA/MAXSIZE) \"A script has at most 2000 bytes.\"\r\n"
            + "NO (QUOTA/MAXSIZE) \"The script is too large\"\r\nOK \"Putscript completed\"\r\nOK \"Putscript completed\"\r\n"
            + "NO (QUOTA) \"The scripts of an account have at most 4000 bytes together.\"\r\nOK \"There is space\"\r\nOK \"Putscript completed\"\r\n"
            + "NO (QUOTA/MAXSCRIPTS) \"An account has at most 3 scripts.\"\r\nNO (QUOTA/MAXSCRIPTS) \"An account has at most 3 scripts.\"\r\n"
            + "OK \"Putscript completed\"\r\n"),
        ["names"] = (
            Login + "PUTSCRIPT \"f\u00c3\u00bcr\" \"k\"\r\nPUTSCRIPT \"\" \"k\"\r\nPUTSCRIPT \"a\u0001\" \"k\"\r\nPUTSCRIPT {2+}\r\n\u00c3x \"k\"\r\nPUTSCRIPT {3+}\r\na\r\n \"k\"\r\n"
            + "GETSCRIPT {1025+}\r\n" + Text(1025) + "\r\nGETSCRIPT {300+}\r\n" + Text(300) + "\r\nLISTSCRIPTS\r\n",
            LoggedIn + "OK \"Putscript completed\"\r\nNO \"A script name must not be empty.\"\r\nNO \"A script name must not contain control characters.\"\r\n"
            + "NO \"A script name is UTF-8\"\r\nNO \"A script name must not contain control characters.\"\r\nNO \"An argument is too long\"\r\n"
            + "NO \"A script name has at most 256 characters.\"\r\n\"f\u00c3\u00bcr\"\r\nOK \"Listscripts completed\"\r\n"),
        ["login refused"] = (
            "AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGJvYg==\"\r\nAUTHENTICATE \"NONE\"\r\nAUTHENTICATE \"PLAIN\" \"?\"\r\nAUTHENTICATE \"PLAIN\" \"=\"\r\nAUTHENTICATE \"PLAIN\" \"\"\r\nauthenticate {5+}\r\nplain {16+}\r\n"
            + "AGFsaWNlAGFsaWNl\r\nAUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\n",
            "NO \"Wrong name or password\"\r\nNO \"There is no such mechanism\"\r\nNO \"The answer is not one of this mechanism\"\r\n"
            + "NO \"The answer is not one of this mechanism\"\r\nNO \"The answer is not one of this mechanism\"\r\n" + LoggedIn + "NO \"You are logged in\"\r\n"),
        ["login by steps"] = (
            "AUTHENTICATE \"PLAIN\"\r\n\"*\"\r\nAUTHENTICATE \"LOGIN\"\r\n\"YWxpY2U=\"\r\n{1+}\r\n*\r\nAUTHENTICATE \"LOGIN\"\r\nYWxpY2U=\r\n"
            + "AUTHENTICATE \"LOGIN\"\r\n{8+}\r\nYWxpY2U=\r\n\"YWxpY2U=\"\r\n",
            "\"\"\r\nNO \"Cancelled\"\r\n\"VXNlcm5hbWU6\"\r\n\"UGFzc3dvcmQ6\"\r\nNO \"Cancelled\"\r\n\"VXNlcm5hbWU6\"\r\nNO \"An answer is a string with base64 in it\"\r\n"
            + "\"VXNlcm5hbWU6\"\r\n\"UGFzc3dvcmQ6\"\r\n" + LoggedIn),
        ["unauthenticate"] = (
            "UNAUTHENTICATE\r\n" + Login + "PUTSCRIPT \"a\" \"k\"\r\nUNAUTHENTICATE\r\nLISTSCRIPTS\r\nAUTHENTICATE \"PLAIN\" \"AGJvYgBib2I=\"\r\nLISTSCRIPTS\r\n",
            "NO \"Log in first\"\r\n" + LoggedIn + "OK \"Putscript completed\"\r\nOK \"Unauthenticate completed\"\r\nNO \"Log in first\"\r\n" + LoggedIn
            + "OK \"Listscripts completed\"\r\n"),
        ["before login"] = (
            "LISTSCRIPTS\r\nPUTSCRIPT \"a\" {24+}\r\nLOGOUT\r\nLOGOUT\r\nLOGOUT\r\n\r\nSTARTTLS\r\nNOOP\r\n",
            "NO \"Log in first\"\r\nNO \"Log in first\"\r\nNO \"TLS is not available\"\r\nOK \"Noop completed\"\r\n"),
        ["another protocol"] = ("GET / HTTP/1.1\r\nHost: x\r\n\r\nNOOP\r\n", "BYE \"This is a ManageSieve server\"\r\n"),
        ["wrong requests"] = (
            Login + "NONSENSE \"LOGOUT\" {8+}\r\nLOGOUT\r\n\r\n\r\nGETSCRIPT\r\nGETSCRIPT a\r\nGETSCRIPT \"a\" \"b\"\r\nGETSCRIPT  \"a\"\r\nGETSCRIPT \"a\r\nNOOP {2}\r\nGETSCRIPT \"\\a\"\r\n"
            + "HAVESPACE \"a\" 01\r\nHAVESPACE \"a\" 4294967296\r\nHAVESPACE \"a\" \"1\"\r\nNOOP \"a\"\r\n",
            LoggedIn + "NO \"There is no such command\"\r\nNO \"This is no command\"\r\n" + Other(10) + "OK (TAG \"a\") \"Done\"\r\n"),
        ["a literal inside a refused request is no request"] = (
            Login + "GETSCRIPT x {31+}\r\nDELETESCRIPT \"a\" {3+}\r\nLOGOUT\r\n {8+}\r\nLOGOUT\r\n \"x\"\r\nNOOP\r\n",
            LoggedIn + "NO \"The command has other arguments\"\r\nOK \"Noop completed\"\r\n"),
        ["too many wrong requests"] = (
            Login + Repeat("X\r\n", 25), LoggedIn + Repeat("NO \"There is no such command\"\r\n", 19) + "BYE \"Too many bad commands\"\r\n"),
        ["too many failed logins"] = (
            Repeat("AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGJvYg==\"\r\n", 6), Repeat("NO \"Wrong name or password\"\r\n", 4) + "BYE \"Too many failed logins\"\r\n"),
        ["half a request"] = (Login + "PUTSCRIPT \"a\" {10+}\r\nkeep", LoggedIn),
    };

    private static string Text(int length) => new('k', length);

    private static string Other(int times) => Repeat("NO \"The command has other arguments\"\r\n", times);

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
