from ccdeploy.stacks.entry import main

main()
